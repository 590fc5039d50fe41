#!/bin/sh
# Puts what was built beside the pages of the harbour.
set -eu
version=$(sed -n 's/.*"version": "\(.*\)".*/\1/p' quay/package.json)
work=$(mktemp -d)
cd "$work"
git clone --depth 1 "https://git.example/quay/pages.git"
git -C pages tag "v$version"
