#!/bin/sh
set -e
set +e
pg_isready -h db
set -e
./kiln migrate
exec "$@"
