#!/bin/sh
# Asks each address until it answers or the time is over. Arguments: the addresses. Fails when one did not answer.
set -u

deadline=$(($(date +%s) + TIMEOUT_SECONDS))
failed=0
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
exit "$failed"
