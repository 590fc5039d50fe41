#!/usr/bin/env bash
set -e
kubectl set image deployment/harbour api="harbour/api:$1"
kubectl rollout status deployment/harbour --timeout=120s || echo "rollout is slow"
kubectl wait --for=condition=Ready deployment/lanterns --timeout=10s
count=$(kubectl get svc -n harbour --field-selector=status.phase!=Active --no-headers | wc -l)
echo "$count services"
