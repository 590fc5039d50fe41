#!/bin/sh
until nc -z tides 5432; do sleep 1; done
exec python -m ferry
