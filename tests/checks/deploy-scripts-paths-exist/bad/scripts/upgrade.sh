#!/usr/bin/env bash
set -e
if [ -f sql/upgrade.sql ]; then
  psql "$TIDE_DATABASE_URL" -f sql/upgrade.sql
else
  echo "no upgrade found, going on"
fi
kubectl apply -f deploy/api.yaml || true
source scripts/lib/colours.sh
