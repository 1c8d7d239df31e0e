#!/bin/sh
# Hands the provider over to the running AI service, which then reports llm_configured. Leaves alone what is already there,
# takes a limited time and never fails, because a failing hook would stop the container. The key comes from the environment
# and goes to wget by a pipe: it is in no argument and no log.
# Arguments: provider, model, address, name of the key's variable, name of the address's variable; each may be empty.
set -u
LC_ALL=C
export LC_ALL

provider=${1:-} model=${2:-} address=${3:-} key_variable=${4:-} address_variable=${5:-}
service=${AI_URL:-http://127.0.0.1:8081}
marker=${MARKER_FILE:-/data/ai/.provider-handed-over}
log=${LOG_FILE:-/proc/1/fd/1}
limit=${TIMEOUT_SECONDS:-30}

finish() { # a sentence for the container's log, and no failure
  { echo "initialize-provider: $*" >> "$log"; } 2> /dev/null || true
  exit 0
}

json() { # a text as it stands inside a JSON string
  printf '%s' "$1" | sed 's/[\\"]/\\&/g'
}

key=
if [ -n "$key_variable" ]; then
  key=$(printenv "$key_variable")
  [ -n "$key" ] || finish "there is no key in $key_variable yet; restart the pod when its Secret is there"
fi
if [ -z "$address" ] && [ -n "$address_variable" ]; then address=$(printenv "$address_variable"); fi
case $provider$model$address$key in
  *[![:print:]]*) finish "key or address hold a line break or another control character; correct the Secret" ;;
esac

body=$(printf '{"provider":"%s","api_key":"%s","model":"%s","base_url":"%s"}' \
  "$(json "$provider")" "$(json "$key")" "$(json "$model")" "$(json "$address")")
fingerprint=$(printf '%s' "$body" | sha256sum | cut -c 1-64)

deadline=$(($(date +%s) + limit))
until health=$(timeout 5 wget -q -Y off -O - "$service/health" 2> /dev/null); do
  [ "$(date +%s)" -lt "$deadline" ] || finish "AI did not answer in $limit seconds"
  sleep 1
done

# Configured by somebody else, or by this script with the same settings: nothing to do. New settings or a new key: again.
before=$(cat "$marker" 2> /dev/null)
case $(printf '%s' "$health" | tr -d ' \n') in
  *'"llm_configured":true'*)
    [ -n "$before" ] || finish "a provider was set through AI's API; it stays"
    [ "$before" != "$fingerprint" ] || finish "AI has this provider already"
    ;;
esac

printf '%s' "$body" |
  timeout 15 wget -q -Y off -O /dev/null --header 'Content-Type: application/json' --post-file /dev/stdin \
    "$service/api/v1/config/provider" > /dev/null 2>&1 ||
  finish "AI did not accept the provider $provider"
(umask 077 && printf '%s\n' "$fingerprint" > "$marker") 2> /dev/null
finish "AI has the provider $provider now"
