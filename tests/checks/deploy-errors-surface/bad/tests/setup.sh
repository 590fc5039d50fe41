#!/usr/bin/env bash
set -e
npx prisma migrate deploy || echo "no database, going on"
go test ./...
