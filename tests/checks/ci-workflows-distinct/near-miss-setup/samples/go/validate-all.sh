#!/bin/sh
set -e
./run.sh
