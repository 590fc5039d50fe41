#!/bin/sh
set -eu
docker compose up -d tides
docker compose up -d tides-tls
