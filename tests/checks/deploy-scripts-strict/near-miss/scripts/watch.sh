#!/usr/bin/env bash
set -e
set +e
ledger --once
code=$?
set -e
command -v notify_team >/dev/null && notify_team "$code"
exit "$code"
