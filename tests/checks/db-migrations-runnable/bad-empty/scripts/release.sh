#!/usr/bin/env bash
set -euo pipefail
cd "$(dirname "$0")/../ledger"

# The tables first, then the service.
diesel migration run
systemctl restart ledger
