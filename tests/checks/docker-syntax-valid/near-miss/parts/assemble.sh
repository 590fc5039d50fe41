#!/bin/sh
set -eu
cd "$(dirname "$0")"
cat Dockerfile.head Dockerfile.tail > ../generated.Dockerfile
