#!/usr/bin/env bash
set -o errexit
set -o nounset
cargo package
cargo publish
