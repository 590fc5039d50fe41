#!/usr/bin/env bash
trap 'echo "line $LINENO failed" >&2; exit 1' ERR
docker pull tide/worker
docker stack deploy -c worker.yml tide
