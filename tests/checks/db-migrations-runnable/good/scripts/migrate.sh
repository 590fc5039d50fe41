#!/bin/sh
set -e
diesel migration run
