#!/usr/bin/env bash
# `make containers`: runs docker-compose.yml and proves what it promises; README.md here says
# what that takes. Installs, as root on Debian, what is missing: the engine, Docker Compose.
set -euo pipefail
cd "$(dirname "$0")/../.."
compose=github.com/docker/compose/v2

absent() { ! command -v "$1" >/dev/null; }

if absent docker || { ! docker info >/dev/null 2>&1 && absent dockerd; }; then
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends \
    docker.io iptables >/dev/null
fi
docker info >/dev/null 2>&1 || exec bash tests/containers/engine.sh bash "$PWD/tests/containers/run.sh" "$@"

if ! docker compose version >/dev/null 2>&1; then
  plugins="${DOCKER_CONFIG:-$HOME/.docker}/cli-plugins"
  folder=$(mktemp --directory)
  (cd "$folder" && go mod init build && go get $compose/cmd@v2.40.3 && mkdir -p "$plugins" &&
    go build -ldflags "-X $compose/internal.Version=v2.40.3" -o "$plugins/docker-compose" \
      $compose/cmd)
  rm -rf "$folder"
fi
# Without its newer builder, Docker builds with the older one where it is told to.
docker buildx version >/dev/null 2>&1 || export DOCKER_BUILDKIT=0

base=$(sed -n 's/^ARG BASE=//p' Dockerfile)
for image in "$base" $(sed -nE 's/^ +image: (&\S+ )?([^*]\S*)$/\2/p' docker-compose.yml); do
  case $image in greenpulse:local | grafana/*) continue ;; esac
  docker image inspect "$image" >/dev/null 2>&1 || docker pull --quiet "$image" 2>/dev/null ||
    bash tests/containers/stand_ins/make.sh "$image"
done
docker build --quiet --tag greenpulse:local .

GREENPULSE_TEST_CONTAINERS=1 exec .venv/bin/pytest -v tests/containers "$@"
