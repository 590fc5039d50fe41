#!/bin/sh
docker build -t rail-base:3.1 -f base/Dockerfile base
