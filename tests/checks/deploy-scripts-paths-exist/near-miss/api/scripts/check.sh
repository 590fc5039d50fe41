#!/usr/bin/env bash
set -e
test -f src/main.go
