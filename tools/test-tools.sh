#!/bin/sh
# Installs or builds what the tests use beside Python: nginx (Debian package), Helm 4 and a control plane (Go). A second call does nothing.
set -eu
cd "$(dirname "$0")/.."
if ! command -v nginx > /dev/null; then
  if ! command -v apt-get > /dev/null || [ "$(id -u)" -ne 0 ]; then
    echo "nginx is needed for the tests of its configuration; install it (Debian: nginx-light)" >&2
    exit 2
  fi
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends nginx-light > /dev/null
fi
sh tools/helm4/build.sh
sh tools/control-plane/build.sh
