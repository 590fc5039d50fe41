#!/bin/sh
set -e
tar -xzf dump.tar.gz
psql "$DATABASE_URL" -f schema.sql
