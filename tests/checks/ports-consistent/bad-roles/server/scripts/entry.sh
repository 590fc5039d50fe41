#!/bin/bash
set -e

if [[ "$ROLE" == "flower" ]]; then
    celery -A main flower -l INFO
elif [[ "$ROLE" == "api" ]]; then
    ARGS="main:app --host 0.0.0.0"
    ARGS="$ARGS --port 5000"
    if [[ "$DEBUG" == "yes" ]]; then
        ARGS="$ARGS --reload"
    fi
    uvicorn $ARGS
else
    echo "unknown role: $ROLE"
    exit 1
fi
