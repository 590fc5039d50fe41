#!/usr/bin/env bash
# Asks a running site for the pages that must never be down: smoke.sh BASE_URL
set -euo pipefail

base="${1:?usage: smoke.sh BASE_URL}"
for path in / /api/health /api/harbours; do
  curl --fail --silent --show-error --output /dev/null "${base}${path}"
  echo "ok ${path}"
done
