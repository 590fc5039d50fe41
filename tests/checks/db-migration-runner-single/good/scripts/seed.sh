#!/bin/sh
set -e
psql "$DATABASE_URL" -f db/demo.sql
