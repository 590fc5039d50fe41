#!/bin/bash
set -e
psql "$DATABASE_URL" <<'SQL'
CREATE TABLE IF NOT EXISTS guests (id bigserial PRIMARY KEY);
SQL
