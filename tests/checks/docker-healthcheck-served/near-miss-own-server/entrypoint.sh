#!/usr/bin/env sh
set -eu
if [ -n "${WAIT:-}" ]; then sleep 1; fi
exec kratos "$@"
