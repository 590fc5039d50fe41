#!/bin/sh
# Where the history lies is said by the environment.
diesel migration run --migration-dir "$HISTORY"
docker run --rm registry.example.org/upstream/app:3.1 diesel migration run
