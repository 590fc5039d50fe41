#!/usr/bin/env bash
set -e
export COMPOSE_FILE="compose.yaml:/srv/tide/compose.tools.yaml"
docker compose run --rm tools
