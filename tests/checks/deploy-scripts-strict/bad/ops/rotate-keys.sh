#!/usr/bin/env bash
set -eu

[ -n "${TIDE_KEYRING:-}" ] || die "TIDE_KEYRING is not set"
openssl rand -hex 32 > "$TIDE_KEYRING/next.key"
