#!/bin/sh
set -eu
echo "starting with ${DB_PASSWORD}"
exec ./portal
