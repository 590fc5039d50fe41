#!/usr/bin/env bash
failed=0
go test ./... || failed=1
pnpm --dir web test || failed=1
if ! docker compose config -q; then failed=1; fi
exit $failed
