#!/usr/bin/env bash
# Puts the tag given as $1 into service on the tide servers.

TAG="${1:?tag}"

docker pull "registry.tide.example/ledger:${TAG}"
docker tag "registry.tide.example/ledger:${TAG}" tide/ledger:live
docker stack deploy -c stack.yml tide

echo "tide is on ${TAG}"
