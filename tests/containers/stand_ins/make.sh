#!/usr/bin/env bash
# make.sh IMAGE: an image of that name which behaves as the published one does, in what
# docker-compose.yml and the Dockerfile ask of it. For machines that reach no image registry.
set -euo pipefail
cd "$(dirname "$0")"
python="$PWD/../../../.venv/bin/python"
cache="${XDG_CACHE_HOME:-$HOME/.cache}/greenpulse"
mc=github.com/minio/mc@v0.0.0-20250313080218-cf909e1063a9

image=$1
case $image in
  python:*) kind=python ;;
  apache/kafka:*) kind=kafka ;;
  */minio/minio:*) kind=minio ;;
  prom/prometheus:*) kind=prometheus ;;
  *) echo "there is no stand-in for '$image'" && exit 1 ;;
esac

docker image inspect greenpulse-stand-in/debian:12 >/dev/null 2>&1 || bash debian.sh
context=$(mktemp --directory)
trap 'rm -rf "$context"' EXIT
cp "$kind"/* "$context"
# Kafka's jars and the MinIO program are those of the tests (tests/support/services).
(cd ../.. && "$python" -m support.services.programs)
if [ $kind = kafka ]; then
  cp -r "$cache"/kafka-*/libs "$context"
elif [ $kind = minio ]; then
  [ -e "$cache/bin/mc" ] || GOBIN="$cache/bin" go install "$mc"
  cp "$cache/bin/minio" "$cache/bin/mc" "$context"
fi
docker build --tag "$image" "$context"
