#!/usr/bin/env bash
set -e
docker-compose exec -T database psql -U tide -c 'select 1'
docker-compose logs --tail=50 -f worker
docker-compose build --pull proxy
