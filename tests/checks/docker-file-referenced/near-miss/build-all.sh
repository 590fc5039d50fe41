#!/bin/sh
for name in mill saw; do
  docker build -t "acme/$name" "$name"
done
