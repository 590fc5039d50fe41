#!/bin/sh
set -e
if [ "$JOBS" = "true" ]; then
    gunicorn \
        --bind 0.0.0.0:8001 \
        board.jobs:app &
fi
exec "$@"
