#!/bin/sh
set -a
. ./.env
docker run --rm --env-file .env example.org/api:1.4
