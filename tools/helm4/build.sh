#!/bin/sh
# Builds Helm 4's command line, at the version pinned in go.mod, into .cache/helm4. A second call does nothing.
set -eu
cd "$(dirname "$0")"
target=../../.cache/helm4/helm
if [ -x "$target" ] && [ ! go.mod -nt "$target" ] && [ ! ../go.work -nt "$target" ]; then
  exit 0
fi
if ! command -v go > /dev/null; then
  echo "Go is needed to build Helm 4's command line; install it, or skip the tests marked helm4" >&2
  exit 2
fi
mkdir -p ../../.cache/helm4
version=$(go list -m -f '{{.Version}}' helm.sh/helm/v4)
echo "Building Helm $version (once, about 3 minutes) ..." >&2
CGO_ENABLED=0 go build -trimpath -gcflags=all=-dwarf=false -ldflags "-s -w -X helm.sh/helm/v4/internal/version.version=$version" -o "$target.new" helm.sh/helm/v4/cmd/helm
mv "$target.new" "$target"
