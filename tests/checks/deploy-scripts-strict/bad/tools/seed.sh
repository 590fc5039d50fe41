#!/usr/bin/env bash
set -euo pipefail

psql "$TIDE_DATABASE_URL" -c "insert into harbours (name) values ('Elsewhere')"
echo seeded
