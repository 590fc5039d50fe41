#!/bin/sh
files="-c docker-compose.app.yml"
docker stack deploy -c docker-compose.default.yml $files "$1"
