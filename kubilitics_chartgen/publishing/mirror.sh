#!/bin/sh
# Copies the images of @TITLE@ into a registry of your own: directly, or by way of a folder that you carry over.
# Needs one of crane, skopeo or docker, logged in to the registries. Pods then find the copies with the values that
# `kubilitics-chartgen relocate` writes, or with `global.imageRegistry: TARGET` where the chart has it.
set -eu

usage() {
  cat << 'USAGE'
usage: mirror.sh [--dry-run] [--tool crane|skopeo|docker] COMMAND

  list               print the images
  copy TARGET        copy them to TARGET, such as registry.example/mirror
  save DIR           pull them into a folder
  load DIR TARGET    push a saved folder to TARGET
USAGE
}

# Source, and the path below the target; a source with a digest keeps it.
images() {
  cat << 'IMAGES'
@IMAGES@
IMAGES
}

fail() {
  echo "mirror.sh: $1" >&2
  exit 2
}

run() {
  echo "+ $*"
  [ -n "$dry_run" ] || "$@" < /dev/null
}

# docker keeps one platform only, and with it another digest.
check_pinned() {
  case $1 in
    *@*) [ "$tool" != docker ] || fail "$1 is pinned by its digest, which docker does not keep: use crane or skopeo" ;;
  esac
}

copy_one() {
  case $tool in
    crane) run crane copy "$1" "$2" ;;
    skopeo) run skopeo copy --all --preserve-digests "docker://$1" "docker://$2" ;;
    docker) run docker pull "$1" && run docker tag "$1" "$2" && run docker push "$2" ;;
  esac
}

save_one() {
  # What an interrupted run left would be added to, not replaced.
  [ -n "$dry_run" ] || { rm -rf "$2/image" && mkdir -p "$2"; }
  case $tool in
    crane) run crane pull --format=oci "$1" "$2/image" ;;
    skopeo) run skopeo copy --all --preserve-digests "docker://$1" "dir:$2/image" ;;
    docker) run docker pull "$1" && run docker save --output "$2/image.tar" "$1" ;;
  esac
}

load_one() {
  case $tool in
    crane) run crane push "$2/image" "$3" ;;
    skopeo) run skopeo copy --all --preserve-digests "dir:$2/image" "docker://$3" ;;
    docker) run docker load --input "$2/image.tar" && run docker tag "$1" "$3" && run docker push "$3" ;;
  esac
}

check_target() {
  case $1 in
    "" | -* | *://* | */ | *@* | *" "*) fail "'$1' is no registry: write it as registry.example or registry.example/folder" ;;
  esac
}

dry_run=""
tool=${MIRROR_TOOL:-}
while :; do
  case ${1:-} in
    --dry-run) dry_run=yes ;;
    --tool)
      [ $# -ge 2 ] || fail "--tool needs a name"
      tool=$2
      shift
      ;;
    -h | --help) usage && exit 0 ;;
    *) break ;;
  esac
  shift
done

command=${1:-}
case "$command/$#" in
  list/1) images | while read -r source _; do echo "$source"; done && exit 0 ;;
  copy/2) check_target "$2" ;;
  save/2) folder=$2 ;;
  load/3) folder=$2 && check_target "$3" ;;
  *) usage >&2 && exit 2 ;;
esac

if [ -z "$tool" ]; then
  for name in crane skopeo docker; do
    if command -v "$name" > /dev/null; then
      tool=$name
      break
    fi
  done
  [ -n "$tool" ] || fail "none of crane, skopeo and docker is here: install one of them"
fi
case $tool in
  crane | skopeo | docker) ;;
  *) fail "$tool is not one of crane, skopeo, docker" ;;
esac

images | while read -r source path; do check_pinned "$source"; done
count=0
images | {
  while read -r source path; do
    # Not every file system takes a colon in a name.
    place=$(echo "$path" | tr ':' '+')
    case $command in
      copy) copy_one "$source" "$2/$path" ;;
      save) save_one "$source" "$folder/$place" ;;
      load) load_one "$source" "$folder/$place" "$3/$path" ;;
    esac
    count=$((count + 1))
  done
  echo "$command: $count images"
}
