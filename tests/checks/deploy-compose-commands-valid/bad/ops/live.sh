#!/usr/bin/env bash
set -e
docker compose -f docker-compose.live.yml pull
docker compose -f docker-compose.live.yml up -d --no-deps api
