#!/bin/sh
cat > .env <<'EOF'
HARBOUR_ID=north
QUÄY=4
EOF
