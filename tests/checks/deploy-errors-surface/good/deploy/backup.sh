#!/usr/bin/env bash
set -eo pipefail
pg_dump "$TIDE_DATABASE_URL" | gzip > /backup/tide.sql.gz
