#!/usr/bin/env bash
# Rolls one release out: deploy.sh ENVIRONMENT TAG
set -euo pipefail
cd "$(dirname "$0")/.."

environment="$1"
tag="$2"
namespace="tidewater-${environment}"

echo "→ ${environment}: ${tag}"

# The booking indexes have to be there before the new API is.
psql "${DATABASE_URL}" -v ON_ERROR_STOP=1 -f api/migrations/booking_indexes.sql

kubectl -n "${namespace}" set image deployment/api "api=registry.tidewater.example/api:${tag}"
kubectl -n "${namespace}" set image deployment/web "web=registry.tidewater.example/web:${tag}"
kubectl -n "${namespace}" rollout status deployment/api --timeout=180s
kubectl -n "${namespace}" rollout status deployment/web --timeout=120s
