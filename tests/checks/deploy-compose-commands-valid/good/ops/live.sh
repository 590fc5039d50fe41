#!/usr/bin/env bash
set -e
docker compose -f compose.yaml -f compose.live.yaml up -d --build api
docker compose exec -T db pg_isready
docker compose logs --tail 20 api
docker compose build api
