#!/usr/bin/env bash
set -euo pipefail

COMPOSE=compose.prod.yaml   # renamed long ago

docker compose -f "${COMPOSE}" pull
docker compose -f "$COMPOSE" up -d
psql "$TIDE_DATABASE_URL" -f sql/indexes.sql
psql "$TIDE_DATABASE_URL" < 'sql/views.sql'
bash scripts/warm-cache.sh
