#!/usr/bin/env bash
set -e

wait_healthy() {
  for attempt in $(seq 1 10); do
    curl -s http://127.0.0.1:9999/internal/healthz && return 0
    sleep 1
  done
  return 1
}

roll_back() {
  echo "taking the old version back"
  echo "please tell the crew"
}

docker compose up -d
if ! wait_healthy; then
  roll_back
  exit 1
fi
echo "released"
