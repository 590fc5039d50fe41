#!/usr/bin/env bash
set -euo pipefail
sqlx migrate run
psql "$DATABASE_URL" -v ON_ERROR_STOP=1 -f ops/indexes.sql
