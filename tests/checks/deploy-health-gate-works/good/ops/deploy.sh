#!/usr/bin/env bash
set -euo pipefail

docker compose up -d --build

for attempt in {1..30}; do
  if curl -fsS http://localhost:8400/internal/healthz; then
    echo "healthy after ${attempt} attempts"
    docker compose ps
    exit 0
  fi
  sleep 2
done

echo "not healthy" >&2
docker compose logs --tail=50 api
exit 1
