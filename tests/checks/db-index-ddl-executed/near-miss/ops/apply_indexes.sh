#!/bin/sh
set -eu
echo "applying"
psql "$DATABASE_URL" -f sql/room_indexes.sql
