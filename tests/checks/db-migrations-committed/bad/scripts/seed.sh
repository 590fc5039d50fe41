#!/bin/sh
psql "$DATABASE_URL" -f db/migrations/2024-05-01-000000_add_indexes/up.sql
