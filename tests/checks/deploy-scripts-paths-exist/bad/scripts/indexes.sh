#!/usr/bin/env bash
set -e
FILE="sql/20240301_indexes.sql"
if [ ! -f "$FILE" ]; then
  echo "missing: $FILE"
  exit 1
fi
psql "$TIDE_DATABASE_URL" -f "$FILE"
