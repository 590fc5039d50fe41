#!/usr/bin/env bash
set -e
COMPOSE_FILE=compose.yaml:compose.tools.yaml docker compose run --rm tools seed
docker compose exec "$SERVICE" sh
for service in $(docker compose config --services); do
  docker compose restart "$service"
done
docker compose -p harbour exec cache redis-cli ping
docker compose --project-directory /srv/harbour up -d cache
docker compose up -d --scale api=3 --timeout 30 api
docker compose run --rm -e MODE=once --entrypoint sh api -c 'echo worker'
docker compose exec -u postgres -T db psql -c 'select 1' tide
docker compose cp api:/app/report.csv .
(cd edge && docker compose logs proxy)
