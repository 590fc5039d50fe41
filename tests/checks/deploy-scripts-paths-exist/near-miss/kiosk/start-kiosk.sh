#!/bin/bash
set -e
node boardServer.js &
wait
