#!/bin/sh
# Installs or builds what the tests use beside Python: Debian packages and Helm 4 (Go). A second call does nothing.
set -eu
cd "$(dirname "$0")/.."

# Program and the Debian package that brings it.
missing=""
while read -r program package; do
  command -v "$program" > /dev/null || [ -x "/usr/sbin/$program" ] || missing="$missing $package"
done << PROGRAMS
nginx nginx-light
gpg gnupg
openssl openssl
docker-registry docker-registry
shellcheck shellcheck
PROGRAMS

if [ -n "$missing" ]; then
  if ! command -v apt-get > /dev/null || [ "$(id -u)" -ne 0 ]; then
    echo "some tests need what these Debian packages bring; install them:$missing" >&2
    exit 2
  fi
  apt-get update -qq
  # shellcheck disable=SC2086  # a list of names
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing > /dev/null
fi
sh tools/helm4/build.sh
