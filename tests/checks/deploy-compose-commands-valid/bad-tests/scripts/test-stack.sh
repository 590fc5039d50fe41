#!/bin/sh
set -e
cd "$(dirname "$0")/.."
docker compose build tug
docker compose up -d --wait
