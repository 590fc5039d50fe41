#!/bin/sh
set -e
exec java -cp /app:/app/lib/* mill.Main
