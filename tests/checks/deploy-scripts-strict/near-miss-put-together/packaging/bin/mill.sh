#!/usr/bin/env bash
set -eo pipefail

# Replaced by the content of common_words.sh when the package is made.
include_words "../common_words.sh"

if [ -z "${MILL_HOME:-}" ]; then
  print_error "MILL_HOME is not set"
  exit 1
fi
