#!/bin/sh
# Makes the bucket, and the user of the workers, who may list, read and write, but neither
# delete nor make a bucket. It may run again at any time: a new secret key is taken over.
# Secrets go through standard input, since arguments are seen by every process.
set -eu

# `docker compose restart` starts everything at once, whatever waits for whatever.
attempts=60
until printf '%s\n' "$MINIO_ROOT_USER" "$MINIO_ROOT_PASSWORD" |
  mc alias set store "$MINIO_ADDRESS"; do
  attempts=$((attempts - 1))
  [ $attempts -gt 0 ] || exit 1
  sleep 1
done
mc mb --ignore-existing store/greenpulse
mc admin policy create store greenpulse-worker /prepare/worker-policy.json
printf '%s\n' "$WORKER_ACCESS_KEY" "$WORKER_SECRET_KEY" | mc admin user add store
# To attach a policy for the second time is an error.
if ! mc admin user info store "$WORKER_ACCESS_KEY" | grep -q greenpulse-worker; then
  mc admin policy attach store greenpulse-worker --user "$WORKER_ACCESS_KEY"
fi
