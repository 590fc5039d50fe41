#!/usr/bin/env bash
set -euo pipefail
IMAGE=ghcr.io/harbour/tracker:latest
kubectl -n harbour set image deployment/tracker tracker="$IMAGE"
kubectl set image deployment labels labels=ghcr.io/harbour/labels:${VERSION}
