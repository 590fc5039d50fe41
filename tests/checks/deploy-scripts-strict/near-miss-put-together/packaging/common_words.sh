#!/usr/bin/env bash
set -euo pipefail

print_error() {
  echo "error: $1" >&2
}

include_words() {
  :
}
