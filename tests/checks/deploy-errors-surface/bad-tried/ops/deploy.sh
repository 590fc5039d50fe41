#!/bin/bash
set -e
docker compose build 2>&1 | grep -E 'Built|ERROR' || true
# Try to have the stores up before the question below
docker compose push >/dev/null 2>&1 || true
# Try to migrate
diesel migration run || true
docker compose up -d
