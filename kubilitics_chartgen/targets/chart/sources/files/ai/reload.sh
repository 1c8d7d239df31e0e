#!/bin/sh
# Tells the AI process that its configuration file has changed, by SIGHUP. Runs beside it in one pod, as the same user.
# The kubelet swaps the mounted folder as a whole and keeps old times, so the file is compared by what it holds.
set -u

file=${CONFIG_FILE:-/etc/kubilitics/config.yaml}
process=${PROCESS_NAME:-/app/kubilitics-ai}
interval=${INTERVAL_SECONDS:-5}
proc=${PROC_FOLDER:-/proc}

checksum() { # of the file; nothing while it cannot be read
  { sha256sum < "$file"; } 2> /dev/null
}

find_process() { # the number of the process that was started by exactly this name
  for folder in "$proc"/[0-9]*; do
    name=$({ tr '\0' '\n' < "$folder/cmdline" | head -n 1; } 2> /dev/null)
    if [ "$name" = "$process" ]; then
      echo "${folder##*/}"
      return
    fi
  done
}

known=$(checksum || true)
earlier=
while sleep "$interval"; do
  now=$(checksum || true)
  if [ -z "$now" ] || [ "$now" = "$known" ]; then
    earlier=
    continue
  fi
  # A process that has only just started does not listen yet and would die of the signal: it must be there twice in a row.
  found=$(find_process)
  if [ -z "$found" ] || [ "$found" != "$earlier" ]; then
    earlier=$found
  elif kill -HUP "$found"; then
    echo "configuration changed; process $found told to read it again"
    known=$now
    earlier=
  fi
done
