#!/usr/bin/env bash
set -euo pipefail

docker compose down
docker compose up -d --build

tries=0
limit=20
until [ "$tries" -ge "$limit" ]; do
  if curl -fsS http://localhost:8400/health >/dev/null; then
    echo "api is healthy"
    break
  fi
  tries=$((tries + 1))
  sleep 3
done

if [ "$tries" -ge "$limit" ]; then
  echo "WARNING: the api did not answer in time"
fi

echo "Deployment complete"
