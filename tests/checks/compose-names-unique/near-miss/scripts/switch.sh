#!/bin/sh
docker compose -f docker-compose.yml down
docker compose -f other/compose.yaml up -d
docker compose -f docker-compose.yml up -d
