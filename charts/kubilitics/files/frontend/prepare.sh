#!/bin/sh
# Prepares the frontend's writable folders before nginx starts: the web files with AI's address, the resolver, the ports.
# Runs without root on a read-only file system, writes only below $html and $run, and may run any number of times.
set -eu
umask 022
LC_ALL=C
export LC_ALL

source=${KUBILITICS_HTML_SOURCE:-/usr/share/nginx/html}
html=${KUBILITICS_HTML:-/usr/share/kubilitics/html}
run=${KUBILITICS_RUN:-/run/kubilitics}
resolv_conf=${KUBILITICS_RESOLV_CONF:-/etc/resolv.conf}
if_inet6=${KUBILITICS_IF_INET6:-/proc/net/if_inet6}

if [ ! -f "$source/index.html" ]; then
  echo "No index.html in $source: is this the image of the Kubilitics frontend?" >&2
  exit 1
fi

# --- The web files. Also what an earlier run left is removed: the folder is a mount point, so it stays itself.
rm -rf "${html:?}"/* "$html"/.[!.]* "$html"/..?*
cp -R "$source/." "$html/"
chmod -R u+w "$html" 2>/dev/null || true

# On the user's own machine the application looks for AI at port 8081, and for the backend at the ports its desktop builds
# use (819, 8190); here both are behind the same origin. A plain path takes the address's place, because it fits wherever the
# address stood, in any kind of quotes.
addresses() { # port path: sed expressions
  for scheme in http ws; do
    for host in localhost '127\.0\.0\.1'; do
      printf 's#%s://%s:%s\\([^0-9]\\)#%s\\1#g\n' "$scheme" "$host" "$1" "$2"
      printf 's#%s://%s:%s$#%s#\n' "$scheme" "$host" "$1" "$2"
    done
  done
}
rewrite=$(
  addresses 8081 /api/ai
  addresses 819 /api/backend
  addresses 8190 /api/backend
)
find "$html" -type f \( -name '*.js' -o -name '*.mjs' -o -name '*.html' \) \
  -exec grep -l -e '//localhost:8' -e '//127\.0\.0\.1:8' {} + |
while IFS= read -r file; do
  sed -e "$rewrite" "$file" > "$file.new"
  mv "$file.new" "$file"
done

# --- The resolver. A pod without an address of its own in IPv6 need not ask for IPv6 addresses of others.
servers=
while read -r key value rest || [ -n "$key" ]; do
  [ "$key" = nameserver ] || continue
  case $value in
    *[!0-9A-Fa-f.:]*) ;;  # an address with a zone, which nginx cannot read
    *:*) servers="$servers [$value]" ;;
    *.*) servers="$servers $value" ;;
  esac
  key=
done < "$resolv_conf"
[ -n "$servers" ] || servers=" 127.0.0.1"  # what the C library does without a nameserver

has_ipv6=
if [ -f "$if_inet6" ]; then
  while read -r _ _ _ scope _; do
    case $scope in
      10 | 20) ;;  # of this host or link only
      *) has_ipv6=yes ;;
    esac
  done < "$if_inet6"
fi

{
  printf 'resolver%s valid=10s' "$servers"
  [ -n "$has_ipv6" ] || printf ' ipv6=off'
  printf ';\n'
} > "$run/resolver.conf"

# --- The ports. A kernel without IPv6 refuses the second line.
{
  echo 'listen 8080;'
  if [ -f "$if_inet6" ]; then echo 'listen [::]:8080;'; fi
} > "$run/listen.conf"
