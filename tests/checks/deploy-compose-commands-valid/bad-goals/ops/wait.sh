#!/bin/bash
set -e
docker compose -f compose.yml up -d
until docker compose -f compose.yml exec -T orders true; do
  sleep 2
done
