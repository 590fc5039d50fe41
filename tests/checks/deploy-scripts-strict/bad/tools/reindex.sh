#!/usr/bin/env bash
log_step "stopping the indexer"
docker service scale tide_indexer=0
log_step "rebuilding"
docker exec tide-search search-admin rebuild
docker service scale tide_indexer=2
