#!/bin/bash
set -euo pipefail
read -p "Restore over the current data? (yes/no): " answer
[ "$answer" = yes ] || exit 1
echo "To undo it: pg_restore -d ${DATABASE_URL} before.dump"
