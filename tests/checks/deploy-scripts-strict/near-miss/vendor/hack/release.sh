#!/usr/bin/env bash
# Functions for release scripts.

function main() {
  set -e -o pipefail
  build_release
}
