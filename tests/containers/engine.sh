#!/usr/bin/env bash
# engine.sh COMMAND…: runs a command beside a Docker engine of its own, which ends with it.
# Its images stay in the cache for the next run.
set -euo pipefail
cache="${XDG_CACHE_HOME:-$HOME/.cache}/greenpulse"
run=$(mktemp --directory /run/greenpulse-docker.XXXX)
export DOCKER_HOST="unix://$run/docker.sock"

mkdir -p "$cache/docker"
dockerd --host "$DOCKER_HOST" --data-root "$cache/docker" --exec-root "$run/exec" \
  --pidfile "$run/pid" >"$run/log" 2>&1 &
engine=$!
trap 'kill $engine; wait $engine || true; rm -rf "$run"' EXIT
until docker info >/dev/null 2>&1; do
  kill -0 $engine 2>/dev/null || { tail "$run/log"; exit 1; }
  sleep 0.2
done
"$@"
