#!/usr/bin/env bash
set -e
docker compose -f edge/compose.yaml up -d
docker compose -f queue/compose.yaml up -d
