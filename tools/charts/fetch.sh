#!/bin/sh
# Fetches the charts that charts.txt lists into .cache/charts, and holds each against its sum. A second call does nothing.
set -eu
cd "$(dirname "$0")"
target=../../.cache/charts
if [ -d "$target" ] && [ ! charts.txt -nt "$target" ]; then
  exit 0
fi
if ! command -v go > /dev/null; then
  echo "Go is needed to fetch the charts of others; install it, or skip the tests that need them" >&2
  exit 2
fi
new=$(mktemp -d)
trap 'rm -rf "$new"' EXIT
echo "Fetching charts of others (once) ..." >&2
grep -v '^#' charts.txt | while read -r name module version sum folder; do
  # Only the module itself is fetched, whose sum is here: no database of sums is asked.
  answer=$(cd "$new" && GOSUMDB=off GOFLAGS=-mod=mod go mod download -json "$module@$version")
  found=$(echo "$answer" | sed -n 's/^\t"Sum": "\(.*\)",*$/\1/p')
  if [ "$found" != "$sum" ]; then
    echo "$module $version has the sum $found, and charts.txt says $sum" >&2
    exit 1
  fi
  cp -R "$(echo "$answer" | sed -n 's/^\t"Dir": "\(.*\)",*$/\1/p')/$folder" "$new/$name"
done
chmod -R u+w "$new"
mkdir -p ../../.cache
rm -rf "$target"
mv "$new" "$target"
touch "$target"
