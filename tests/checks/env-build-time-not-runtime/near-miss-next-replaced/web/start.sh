#!/bin/sh
set -e
printenv | grep NEXT_PUBLIC_ | while read -r line; do
  find /app/.next -type f -exec sed -i "s|APP_${line%%=*}|${line#*=}|g" {} +
done
exec "$@"
