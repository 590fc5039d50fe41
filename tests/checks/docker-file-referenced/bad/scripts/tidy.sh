#!/bin/sh
# deploy/Dockerfile.api.slim was an experiment
OLD="
deploy/Dockerfile.api.slim
search/Dockerfile
"
mv deploy/Dockerfile.api.slim attic/
rm -f search/Dockerfile
echo "see deploy/Dockerfile.api.slim"
