#!/usr/bin/env bash
# Started from api/ or from the root: both are fine.
set -e
bash scripts/check.sh
