#!/bin/sh -e
pg_dump "$TIDE_DATABASE_URL" > /backup/tide.sql
rsync -a /backup/ vault:/backup/
