#!/usr/bin/env bash
set -e
cd /srv/harbour
docker compose up -d cache
