#!/bin/sh
# Looks once whether AI is there, and says so. The backend starts either way, and no later than the limit: it finds AI at the
# same address whenever AI comes. Always ends well.
set -u

discover() {
  if ! nslookup "$AI_HOST" > /dev/null 2>&1; then
    echo "There is no Service $AI_HOST: the backend starts without AI."
  elif wget -q -Y off -O /dev/null "http://$AI_HOST:$AI_PORT/health" > /dev/null 2>&1; then
    echo "AI answers at http://$AI_HOST:$AI_PORT."
  else
    echo "The Service $AI_HOST is there, but AI does not answer yet: the backend starts without it."
  fi
}

discover &
lookup=$!
(sleep "$TIMEOUT_SECONDS" && kill -KILL "$lookup") > /dev/null 2>&1 &
limit=$!
wait "$lookup" || echo "Looking for AI took longer than $TIMEOUT_SECONDS seconds: the backend starts without it."
kill "$limit" 2> /dev/null
exit 0
