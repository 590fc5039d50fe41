#!/usr/bin/env bash
# Dumps the database and sends the dump to the off-site bucket.
set -euo pipefail

stamp="$(date -u +%Y%m%dT%H%M%SZ)"
dump="/tmp/tidewater-${stamp}.dump"

pg_dump --format=custom --file="${dump}" "${DATABASE_URL}"
rclone copy "${dump}" "${BACKUP_REMOTE}"
rm -f "${dump}"
echo "backup ${stamp} done ✔"
