#!/usr/bin/env bash
set -euo pipefail
# migrate, then restart
export DATABASE_URL="postgres://portal:anchor@db.internal:5432/berths"
PGPASSWORD=anchor psql -h db.internal -c 'select 1'
