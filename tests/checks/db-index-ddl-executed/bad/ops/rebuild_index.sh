#!/usr/bin/env bash
set -euo pipefail
cd "$(dirname "$0")/.."
psql "$DATABASE_URL" < sql/report_indexes.sql
