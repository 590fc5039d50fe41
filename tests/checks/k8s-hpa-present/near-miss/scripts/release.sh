#!/usr/bin/env bash
set -euo pipefail
kubectl apply -f k8s/
kubectl autoscale deployment scripted \
  --cpu-percent=70 --min=3 --max=9
