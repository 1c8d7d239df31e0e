#!/bin/sh
# Builds a real control plane into .cache/control-plane/VERSION: kube-apiserver, kube-controller-manager, kube-scheduler,
# kubectl, etcd and KWOK. The newest version is pinned in kubernetes/go.mod; another one on demand, as in
# KUBE=1.33.13. A second call does nothing. About 6 minutes on two cores, less for a second version.
set -eu
cd "$(dirname "$0")"
pinned=$(sed -n 's/^[[:space:]]*k8s.io\/kubernetes v\([0-9.]*\).*/\1/p' kubernetes/go.mod)
kube=${KUBE:-$pinned}
cache=$(mkdir -p ../../.cache/control-plane && cd ../../.cache/control-plane && pwd)
target=$cache/$kube
here=$(pwd)

# What it was built from, and not when: a clone has new files.
made_from=$(cat ../go.work ../go.work.sum ../helm4/go.mod etcd/go.mod kwok/go.mod kubernetes/go.mod pin.sh | cksum)
if [ -f "$target/.complete" ] && [ "$(cat "$target/.complete")" = "$made_from" ]; then
  exit 0
fi
if ! command -v go > /dev/null; then
  echo "Go 1.26 or newer is needed to build a control plane; install it, or name programs by KUBEBUILDER_ASSETS" >&2
  exit 2
fi
echo "Building Kubernetes $kube, etcd and KWOK (once, about 6 minutes on two cores) ..." >&2

build() { # build MODULE LDFLAGS PACKAGE ...: each becomes a program of its name
  echo "  [$(date +%H:%M:%S)] $1" >&2
  (cd "$1" && flags="-s -w $2" && shift 2 && CGO_ENABLED=0 go build -trimpath -gcflags=all=-dwarf=false -ldflags "$flags" -o "$target/new/" "$@")
}
version_of() {
  (cd "$1" && go list -m -f '{{.Version}}' "$2")
}

rm -rf "$target/.complete" "$target/new"
mkdir -p "$target/new"
build etcd "" go.etcd.io/etcd/server/v3
mv "$target/new/server" "$target/new/etcd"
kwok=$(version_of kwok sigs.k8s.io/kwok)
build kwok "-X sigs.k8s.io/kwok/pkg/consts.Version=$kwok" sigs.k8s.io/kwok/cmd/kwok
module=$here/kubernetes
if [ "$kube" != "$pinned" ]; then
  module=$target/module
  [ -f "$module/go.sum" ] || sh pin.sh "$kube" "$module"
fi
minor=${kube#1.}
stamp="-X k8s.io/component-base/version.gitVersion=v$kube"
stamp="$stamp -X k8s.io/component-base/version.gitMajor=1 -X k8s.io/component-base/version.gitMinor=${minor%%.*}"
# In one call, so that one is linked while the next is compiled.
build "$module" "$stamp" k8s.io/kubernetes/cmd/kube-apiserver k8s.io/kubernetes/cmd/kube-controller-manager \
  k8s.io/kubernetes/cmd/kube-scheduler k8s.io/kubernetes/cmd/kubectl
mv "$target/new/"* "$target/"
rmdir "$target/new"
echo "$made_from" > "$target/.complete"
echo "Kubernetes $kube is in .cache/control-plane/$kube" >&2
