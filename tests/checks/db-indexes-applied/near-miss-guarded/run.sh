#!/bin/sh
set -e
psql -v ON_ERROR_STOP=1 "$DATABASE_URL" -c "SET app.reader_password = '$READER'" -f migrations/001_roles.sql
