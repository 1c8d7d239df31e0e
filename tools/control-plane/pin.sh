#!/bin/sh
# Writes go.mod and go.sum for one Kubernetes version: sh pin.sh 1.37.2 FOLDER
# A k8s.io/kubernetes release names its staging modules by folders that only its own tree has; each is replaced here with
# the module of the same release (v0.MINOR.PATCH).
set -eu
version=$1
folder=$2
gomod=$(go mod download -json "k8s.io/kubernetes@v$version" | sed -n 's/^[[:space:]]*"GoMod": "\(.*\)",\{0,1\}$/\1/p')
if [ -z "$gomod" ]; then
  echo "Kubernetes $version cannot be had; name a release such as KUBE=1.33.13" >&2
  exit 2
fi
mkdir -p "$folder"
cd "$folder"
rm -f go.mod go.sum
{
  echo "module kubilitics.com/chartgen/tools/control-plane/kubernetes"
  echo
  grep -E '^(go|godebug) ' "$gomod"
  echo
  echo "tool ("
  for program in kubernetes/cmd/kube-apiserver kubernetes/cmd/kube-controller-manager kubernetes/cmd/kube-scheduler \
    kubernetes/cmd/kubectl; do
    echo "	k8s.io/$program"
  done
  echo ")"
  echo
  echo "require k8s.io/kubernetes v$version"
  echo
  echo "replace ("
  sed -n "s#^[[:space:]]*\(k8s.io/[a-z-]*\) => ./staging/.*#	\1 => \1 v0.${version#1.}#p" "$gomod"
  echo ")"
} > go.mod
if ! go mod tidy 2> tidy.log; then
  cat tidy.log >&2
  exit 2
fi
rm tidy.log
