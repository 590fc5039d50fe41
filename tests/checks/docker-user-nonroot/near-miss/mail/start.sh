#!/bin/sh
set -e
chown -R mail /srv/data
exec su-exec mail "$@"
