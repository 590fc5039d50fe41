#!/bin/sh
# One command: its status is the script's.
cd "$(dirname "$0")/.."
exec pnpm --dir web run dev "$@"
