#!/bin/sh
set -eu
psql "$DATABASE_URL" -f sql/room_indexes.sql
