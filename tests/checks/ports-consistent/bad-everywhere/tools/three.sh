#!/bin/bash
set -e
docker compose up -d
echo "three: the API is at http://localhost:3000 (api)"
API_URL=http://localhost:3000
