#!/bin/sh
set -eu
docker build -f docker/Dockerfile.service "$@" -t cafe .
docker build -f docker/Dockerfile.service --build-arg APP_NAME="$1" -t "cafe-$1" .
