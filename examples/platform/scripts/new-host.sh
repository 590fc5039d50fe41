#!/usr/bin/env bash
# Prepares a fresh host: the settings of the API and the first start.
set -euo pipefail

install -d -m 0750 /etc/tidewater
if [[ ! -f /etc/tidewater/api.env ]]; then
  cat > /etc/tidewater/api.env <<'EOF'
POSTGRES_USER=tidewater
POSTGRES_DB=tidewater
BIND_ADDRESS=0.0.0.0:8080
SESSION_SECRET=$(openssl rand -hex 32)
RUST_LOG=info
EOF
  echo "Wrote /etc/tidewater/api.env – fill in the passwords."
fi

docker compose -f docker-compose.yml -f docker-compose.prod.yml up -d
