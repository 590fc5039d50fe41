#!/usr/bin/env bash
set -euo pipefail
docker compose -f compose.yaml -f compose.prod.yaml up -d
