#!/usr/bin/env bash
set -euo pipefail
docker compose up -d --build
TRACKER="http://localhost:${TRACKER_HOST_PORT:-4000}"
curl -fsS "http://localhost:${TRACKER_HOST_PORT:-4000}/parcels"
curl -fsS http://localhost:8300/ > /dev/null
echo "Tracker: http://localhost:4000"
echo "Web:     http://localhost:3000"
