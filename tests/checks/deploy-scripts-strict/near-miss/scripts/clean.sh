#!/usr/bin/env bash
. "$(dirname "${BASH_SOURCE[0]}")/strict.bash"
[ -d build ] || die "nothing to clean"
docker image prune -f
docker volume prune -f
