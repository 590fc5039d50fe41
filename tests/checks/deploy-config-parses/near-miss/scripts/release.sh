#!/usr/bin/env bash
# ГОСТ=да: a comment
echo "接OSTGRES_USER=nur ein Text"
printf '%s\n' "
прод_URL=text inside a string
"
cat <<'EOF'
Größe=5 steht im Handbuch; $(date) wird nicht ausgeführt
EOF
cat > notes.md <<'EOF'
Übergabe=$(offen)
EOF
cat > .env.build <<'EOF'
BUILD_DATE=$(date +%F)
EOF
set -a; . ./.env.build; set +a
cat > .env <<'EOF'
BASE_URL=https://shop.example
CALLBACK_URL=${BASE_URL}/callback
IMAGE_TAG=${IMAGE_TAG:-latest}
EOF
cat > .env.plain <<EOF
TOKEN=$(openssl rand -hex 8)
EOF
docker compose up -d
