#!/usr/bin/env bash
# Brings harbour-prod to one release: release-host.sh TAG
set -euo pipefail
cd "$(dirname "$0")/.."

export RELEASE="${1:?usage: release-host.sh TAG}"

docker compose -f docker-compose.yml -f docker-compose.prod.yml pull
docker compose -f docker-compose.yml -f docker-compose.prod.yml exec -T postgres \
  pg_dump -U tidewater -Fc -f /tmp/before-release.dump tidewater || echo "no dump this time"
docker compose -f docker-compose.yml -f docker-compose.prod.yml run --rm migrate
docker compose -f docker-compose.yml -f docker-compose.prod.yml up -d --remove-orphans

for _ in $(seq 1 30); do
  if curl -fsS -o /dev/null http://localhost/healthz; then
    echo "the site answers"
    break
  fi
  sleep 2
done
echo "harbour-prod runs ${RELEASE}"
