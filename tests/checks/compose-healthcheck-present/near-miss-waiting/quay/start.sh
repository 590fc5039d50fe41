#!/bin/sh
set -e
until pg_isready -h "$TIDES_HOST" -p 5432; do
  sleep 1
done
while ! redis-cli -h berths ping; do sleep 1; done
exec python -m quay
