#!/usr/bin/env bash
# Indexes for the month-end report. Run by hand.
set -euo pipefail

psql "$DATABASE_URL" <<SQL
-- there under another name
CREATE INDEX IF NOT EXISTS idx_status ON parcels (status);
CREATE INDEX IF NOT EXISTS idx_parcels_hub
    ON parcels (hub_id);
SQL

echo "CREATE INDEX idx_only_talk ON parcels (weight_g);"
