#!/bin/sh
set -e
./scripts/migrate.sh
docker compose up -d
