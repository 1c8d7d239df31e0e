#!/bin/sh
# Builds actionlint, at the version pinned in go.mod, into .cache/actionlint. A second call does nothing.
set -eu
cd "$(dirname "$0")"
target=../../.cache/actionlint/actionlint
if [ -x "$target" ] && [ ! go.mod -nt "$target" ] && [ ! ../go.work -nt "$target" ]; then
  exit 0
fi
if ! command -v go > /dev/null; then
  echo "Go is needed to build actionlint; install it, or skip the tests marked actionlint" >&2
  exit 2
fi
mkdir -p ../../.cache/actionlint
echo "Building actionlint (once, about a minute) ..." >&2
CGO_ENABLED=0 go build -trimpath -gcflags=all=-dwarf=false -ldflags "-s -w" -o "$target.new" github.com/rhysd/actionlint/cmd/actionlint
mv "$target.new" "$target"
