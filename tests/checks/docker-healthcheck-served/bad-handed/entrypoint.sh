#!/usr/bin/env sh
set -eu
rm -rf /app/*.map
exec su-exec node "$@"
