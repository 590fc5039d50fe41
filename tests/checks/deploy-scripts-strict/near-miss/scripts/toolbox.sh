#!/usr/bin/env bash
source "${TIDE_TOOLBOX}/prelude.bash"
step one
docker pull tide/ledger
docker tag tide/ledger tide/ledger:old
fail "nothing left to do"
