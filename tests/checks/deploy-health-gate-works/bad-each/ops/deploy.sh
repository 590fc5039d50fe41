#!/bin/bash
set -e
SERVICES=("api" "web")
for SERVICE in "${SERVICES[@]}"; do
  docker compose up -d "$SERVICE"
  if curl -fs "http://localhost:8080/$SERVICE/health"; then
    echo "$SERVICE answers"
  else
    echo "$SERVICE FAILED"
  fi
done
echo "Deployment complete"
