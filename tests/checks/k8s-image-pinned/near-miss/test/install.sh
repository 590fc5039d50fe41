#!/usr/bin/env bash
set -euo pipefail
kubectl -n harbour set image deployment/pilot pilot=test/pilot:latest
kubectl -n harbour rollout status deployment/pilot
