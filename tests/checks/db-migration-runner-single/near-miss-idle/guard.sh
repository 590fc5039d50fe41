#!/bin/sh
set -eu
psql "$DATABASE_URL" -f sql/guard.sql
