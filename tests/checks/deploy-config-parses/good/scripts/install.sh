#!/usr/bin/env bash
set -euo pipefail
echo "Größe prüfen … ✓"
GREETING="Grüß Gott"
CITY=Zürich
cat > .env <<EOF
SESSION_SALT=$(openssl rand -hex 16)
EOF
