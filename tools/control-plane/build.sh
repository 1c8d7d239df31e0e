#!/bin/sh
# Builds a real control plane into .cache/control-plane/VERSION: kube-apiserver, kube-controller-manager, kube-scheduler,
# kubectl, etcd and KWOK. The newest version is pinned in kubernetes/go.mod; another one on demand, as in
# KUBE=1.33.13. A second call does nothing. About 8 minutes on two cores, less for a second version.
set -eu
cd "$(dirname "$0")"
pinned=$(sed -n 's/^[[:space:]]*k8s.io\/kubernetes v\([0-9.]*\).*/\1/p' kubernetes/go.mod)
kube=${KUBE:-$pinned}
cache=$(mkdir -p ../../.cache/control-plane && cd ../../.cache/control-plane && pwd)
target=$cache/$kube
here=$(pwd)

# What it was built from, and not when: a clone has new files.
made_from=$(cat etcd/go.mod kwok/go.mod kubernetes/go.mod pin.sh | cksum)
if [ -f "$target/.complete" ] && [ "$(cat "$target/.complete")" = "$made_from" ]; then
  exit 0
fi
if ! command -v go > /dev/null; then
  echo "Go 1.26 or newer is needed to build a control plane; install it, or name programs by KUBEBUILDER_ASSETS" >&2
  exit 2
fi
echo "Building Kubernetes $kube, etcd and KWOK (once, about 8 minutes on two cores) ..." >&2

step() { # step MODULE PACKAGE PROGRAM LDFLAGS
  echo "  [$(date +%H:%M:%S)] $3" >&2
  (cd "$1" && CGO_ENABLED=0 go build -trimpath -ldflags "-s -w $4" -o "$target/$3.new" "$2" && mv "$target/$3.new" "$target/$3")
}
version_of() {
  (cd "$1" && go list -m -f '{{.Version}}' "$2")
}

mkdir -p "$target"
rm -f "$target/.complete"
step etcd go.etcd.io/etcd/server/v3 etcd ""
kwok=$(version_of kwok sigs.k8s.io/kwok)
step kwok sigs.k8s.io/kwok/cmd/kwok kwok "-X sigs.k8s.io/kwok/pkg/consts.Version=$kwok"
module=$here/kubernetes
if [ "$kube" != "$pinned" ]; then
  module=$target/module
  [ -f "$module/go.sum" ] || sh pin.sh "$kube" "$module"
fi
minor=${kube#1.}
stamp="-X k8s.io/component-base/version.gitVersion=v$kube"
stamp="$stamp -X k8s.io/component-base/version.gitMajor=1 -X k8s.io/component-base/version.gitMinor=${minor%%.*}"
for program in kubectl kube-scheduler kube-controller-manager kube-apiserver; do
  step "$module" "k8s.io/kubernetes/cmd/$program" "$program" "$stamp"
done
echo "$made_from" > "$target/.complete"
echo "Kubernetes $kube is in .cache/control-plane/$kube" >&2
