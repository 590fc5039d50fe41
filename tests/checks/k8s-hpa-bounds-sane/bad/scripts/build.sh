#!/bin/sh
set -eu
docker build -t ghcr.io/tidewater/fares:2 services/fares
docker build -t ghcr.io/tidewater/tolls:2 services/tolls
