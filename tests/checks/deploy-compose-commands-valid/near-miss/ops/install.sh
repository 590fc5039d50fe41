#!/usr/bin/env bash
set -e
curl -fsSL https://example.org/tide/compose.yaml -o docker-compose.yml
docker compose up -d minio
