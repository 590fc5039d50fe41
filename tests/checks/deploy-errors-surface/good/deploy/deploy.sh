#!/usr/bin/env bash
set -euo pipefail
docker compose build 2>&1 | tee build.log
docker compose run --rm api alembic upgrade head
docker compose up -d
