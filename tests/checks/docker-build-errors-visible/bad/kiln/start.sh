#!/bin/sh
# the database may be late
set +e
./kiln migrate
exec ./kiln serve
