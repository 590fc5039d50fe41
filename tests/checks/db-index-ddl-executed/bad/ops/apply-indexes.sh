#!/usr/bin/env bash
set -euo pipefail
cd "$(dirname "$0")/.."
psql "$DATABASE_URL" -v ON_ERROR_STOP=1 -f sql/report_indexes.sql
