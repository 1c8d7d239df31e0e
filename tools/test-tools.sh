#!/bin/sh
# Installs or builds what the tests use beside Python: nginx and musl (Debian packages), Helm 4 and actionlint (Go).
# A second call does nothing.
set -eu
cd "$(dirname "$0")/.."
install() { # Debian package, what it is for
  if ! command -v apt-get > /dev/null || [ "$(id -u)" -ne 0 ]; then
    echo "$1 is needed for $2; install it" >&2
    exit 2
  fi
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$1" > /dev/null
}

command -v nginx > /dev/null || install nginx-light "the tests of nginx's configuration"
command -v musl-gcc > /dev/null || install musl-tools "the tests of static binaries"
sh tools/helm4/build.sh
sh tools/actionlint/build.sh
