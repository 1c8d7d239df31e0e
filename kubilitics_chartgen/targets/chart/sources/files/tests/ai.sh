#!/bin/sh
# Checks the way to AI and its ways out. Arguments: addresses of AI that must answer. PROVIDERS: addresses of the providers, of
# which each must take a connection. DENIED: host:port that network policies keep AI from; a warning, or with STRICT=true a failure,
# because not every network plugin enforces policies.
set -uf  # no file names in addresses

deadline=$(($(date +%s) + TIMEOUT_SECONDS))
failed=0

connects() { # address such as https://host:port/path: whether something takes a connection there
  rest=${1#*://}
  rest=${rest%%[/?#]*}
  rest=${rest##*@}
  case $1 in
    http://*) port=80 ;;
    *) port=443 ;;
  esac
  case $rest in
    \[*\]:*) port=${rest##*:} ;;
    \[*) ;;
    *:*) port=${rest##*:} rest=${rest%:*} ;;
  esac
  rest=${rest#\[}
  timeout 10 nc -w 5 "${rest%%\]*}" "$port" -e true > /dev/null 2>&1
}

for url in "$@"; do
  until timeout 10 wget -q -Y off -O /dev/null "$url" > /dev/null 2>&1; do
    if [ "$(date +%s)" -ge "$deadline" ]; then
      echo "FAILED: no answer from $url"
      failed=1
      continue 2
    fi
    sleep 2
  done
  echo "ok: $url"
done

for provider in ${PROVIDERS:-}; do
  if [ -n "${HTTPS_PROXY:-${https_proxy:-}}" ]; then
    echo "skipped: $provider is reached through a proxy"
  elif connects "$provider"; then
    echo "ok: $provider takes connections"
  else
    echo "FAILED: no connection to the provider at $provider"
    failed=1
  fi
done

if [ -n "${DENIED:-}" ]; then
  if ! connects "https://$DENIED"; then
    echo "ok: $DENIED cannot be reached"
  elif [ "${STRICT:-}" = true ]; then
    echo "FAILED: $DENIED can be reached; does the network plugin enforce policies?"
    failed=1
  else
    echo "WARNING: $DENIED can be reached; does the network plugin enforce policies?"
  fi
fi
exit "$failed"
