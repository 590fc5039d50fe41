#!/bin/bash
set -e
echo "looking for tides at $DATABASE_URL"
exec "$@"
