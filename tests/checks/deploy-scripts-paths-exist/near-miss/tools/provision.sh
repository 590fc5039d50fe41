#!/usr/bin/env bash
set -euo pipefail

# Written here, used here.
mkdir -p monitoring
cat > monitoring/compose.yaml <<'YAML'
services:
  prometheus:
    image: prom/prometheus
YAML
docker compose -f monitoring/compose.yaml up -d
curl -fsSL https://example.org/install.sh -o install.sh
bash install.sh

# Patterns, lists of files to delete or move, variables.
find . -name '*.sql' -newer stamp -print
rm -f legacy/compose.old.yaml tools/unused.sh
mv sql/draft.sql sql/final.sql
docker compose -f "$TIDE_STACK" up -d
psql -f "${SQL_DIR}/all.sql"
kubectl apply -f https://example.org/operator.yaml
kubectl apply -f - <<'YAML'
kind: Namespace
YAML

# Another repository.
git clone https://github.com/example/harbour-charts charts
helm upgrade harbour ./charts/harbour -f charts/harbour/values.yaml
bash charts/check.sh

# What the builds leave.
cp dist/bundle.tar.gz /srv/tide/
source .env
[ -f local/overrides.sh ] && source local/overrides.sh
if [ -f compose.override.yaml ]; then
  docker compose -f compose.yaml -f compose.override.yaml up -d
fi
if [ -f tools/fast.sh ]; then
  bash tools/fast.sh
else
  bash tools/slow.sh
fi
[ -f .env ] || cp .env.example .env

# In a container.
docker compose exec -T db psql -U tide -f /docker-entrypoint-initdb.d/10.sql
docker run --rm -v "$PWD:/work" tide/tools bash -c 'echo inside'
ssh deploy@tide.example 'docker compose -f /srv/tide/compose.live.yaml up -d'
