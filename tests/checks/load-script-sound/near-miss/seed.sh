#!/bin/sh
# Rows for the load test.
set -eu
mkdir -p seed/out
curl -fsS "$ROWS_SOURCE" > seed/out/rows.json
