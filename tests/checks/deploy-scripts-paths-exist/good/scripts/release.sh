#!/usr/bin/env bash
set -euo pipefail
HERE="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
source "$HERE/lib/log.sh"
cd "$HERE/.."
docker compose -f compose.yaml up -d
psql "$TIDE_DATABASE_URL" -f sql/indexes.sql
