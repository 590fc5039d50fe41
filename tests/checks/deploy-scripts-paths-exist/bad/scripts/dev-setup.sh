#!/usr/bin/env bash
set -e
./scripts/make-certs.sh
cp web/config.json web/config.local.bak
