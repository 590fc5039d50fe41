#!/usr/bin/env bash
set -euo pipefail

INDEXES=sql/indexes.sql
docker compose pull
docker compose up -d
psql "$DATABASE_URL" -v ON_ERROR_STOP=1 -f "$INDEXES"
