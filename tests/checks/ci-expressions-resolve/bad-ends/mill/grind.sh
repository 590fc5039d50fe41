#!/bin/sh
set -e
echo "$SLUICE_PAIR $FLOUR $1"
