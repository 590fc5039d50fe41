#!/usr/bin/env bash
set -euo pipefail
source "$(dirname "$0")/lib.sh"

say "deploying"
docker stack deploy -c stack.yml tide
