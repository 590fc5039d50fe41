#!/bin/sh
set -e
cp docker-compose.tide.yml ../../
