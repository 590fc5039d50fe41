#!/bin/sh
# a store for the nightly run
export MINIO_ACCESS_KEY=AKIAT4W2XNQ6PJ7RK5ZD
docker run --rm -d -e MINIO_ACCESS_KEY minio/minio server /data
