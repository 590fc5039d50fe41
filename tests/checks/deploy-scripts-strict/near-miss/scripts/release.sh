#!/usr/bin/env bash

source "$(dirname "$0")/../vendor/hack/release.sh"

function build_release() {
  cp ${ARTIFACTS} ${OUTPUT}
}

main "$@"
