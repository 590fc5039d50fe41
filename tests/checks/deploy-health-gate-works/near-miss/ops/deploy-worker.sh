#!/usr/bin/env bash
set -euo pipefail
docker compose up -d worker
timeout 60 bash -c 'until curl -sf http://localhost:9100/health; do sleep 1; done'
until curl -sf http://localhost:9100/health; do
  sleep 1
done
curl -fsS http://localhost:9100/health | grep -q '"ok"'
echo "worker deployed"
