#!/bin/sh
set -e
sqlx migrate run --source /etc/tides/migrations --database-url postgres://postgres@127.0.0.1/postgres
