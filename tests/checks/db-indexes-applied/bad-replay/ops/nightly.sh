#!/bin/sh
psql -v ON_ERROR_STOP=1 "$DATABASE_URL" -c "CREATE INDEX IF NOT EXISTS idx_hubs_city ON hubs (city)"
