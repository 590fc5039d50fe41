#!/bin/sh
set -a
. ./.env
exec docker run --rm --env-file .env example.org/api:1.4
