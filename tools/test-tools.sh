#!/bin/sh
# Installs or builds what the tests use beside Python: Debian packages, and by Go Helm 4, actionlint, a control plane and charts
# of others. A second call does nothing.
set -eu
cd "$(dirname "$0")/.."

# Each program and the Debian package that brings it.
missing=""
for each in nginx:nginx-light busybox:busybox shellcheck:shellcheck musl-gcc:musl-tools gpg:gnupg openssl:openssl \
  docker-registry:docker-registry; do
  PATH="$PATH:/usr/sbin" command -v "${each%%:*}" > /dev/null || missing="$missing ${each#*:}"
done
if [ -n "$missing" ]; then
  if ! command -v apt-get > /dev/null || [ "$(id -u)" -ne 0 ]; then
    echo "The tests need these Debian packages, or what they hold; install them:$missing" >&2
    exit 2
  fi
  apt-get update -qq
  # shellcheck disable=SC2086 # one word for each package
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing > /dev/null
fi

# Go's compiler spends a fifth of its time on garbage; memory for more of it is there. Facts for debuggers, which each of
# these leaves out, would take an eighth.
export GOGC="${GOGC:-400}"
sh tools/helm4/build.sh
sh tools/actionlint/build.sh
sh tools/control-plane/build.sh
sh tools/charts/fetch.sh
