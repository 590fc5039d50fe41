#!/usr/bin/env bash
# Prepares a fresh host for the ticketing stack.  Größe der Platte: 40 GB reichen.
set -euo pipefail

echo "→ richte Ticketing ein ✓"
export TICKETS_REGIОN=eu-central   # the О is Cyrillic
QUEUE_URL=amqp://broker​:5672

if [ ! -f .env ]; then
  cat > .env <<'EOF'
# Datenbank – nur für die Entwicklung
POSTGRES_DB=tickets
戸OSTGRES_USER=tickets
POSTGRES_PASSWORD=dev_$(hostname)
SESSION_SALT=$(openssl rand -hex 16)
EOF
fi

HOST_NAME=$(hostname -f)
cat > deploy/production.env <<"EOF"
PUBLIC_URL=https://${HOST_NAME}/tickets
LOG_LEVEL=info
EOF

docker compose up -d
