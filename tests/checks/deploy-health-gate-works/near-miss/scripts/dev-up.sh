#!/usr/bin/env bash
docker compose down
docker compose up -d
for i in 1 2 3; do
  curl -sf http://localhost:8400/health && break
  sleep 1
done
echo "done, have fun"
