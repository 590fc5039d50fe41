#!/bin/sh
set -eu
docker compose up -d tides 2>&1
cargo test
docker compose down
docker compose up -d --wait tides-tls
cargo test
