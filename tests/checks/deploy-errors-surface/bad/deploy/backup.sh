#!/usr/bin/env bash
set -e
STAMP=$(date +%F)
pg_dump "$TIDE_DATABASE_URL" | gzip > "/backup/tide-$STAMP.sql.gz"
pg_dump "$TIDE_AUDIT_URL" > "/backup/audit-$STAMP.sql" || { echo "audit dump failed"; }
echo "backup done"
