#!/bin/bash
set -e
cd "$(dirname "$0")/../api"
diesel migration run
