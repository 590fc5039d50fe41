#!/bin/sh
set -eu
cp shared/loki.template shared/loki.yml
docker compose -f deploy/compose.yml up -d
