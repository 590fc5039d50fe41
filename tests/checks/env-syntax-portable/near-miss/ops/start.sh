#!/bin/sh
set -a
. ./.env
exec ./portal
