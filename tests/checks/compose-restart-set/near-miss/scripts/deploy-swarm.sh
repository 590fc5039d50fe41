#!/bin/sh
cd "$(dirname "$0")/.."
docker stack deploy --compose-file cluster.compose.yml harbour
