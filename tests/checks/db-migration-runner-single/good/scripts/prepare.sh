#!/bin/sh
set -e
psql "$ADMIN_URL" -c 'CREATE EXTENSION IF NOT EXISTS pg_trgm' -f db/roles.sql
psql "$DATABASE_URL" -c "SELECT count(*) FROM events"
psql "$DATABASE_URL" < "$backup"
