#!/usr/bin/env bash
# Every status is looked at here.
lychee docs
if [ $? -ne 0 ]; then
  echo "broken links"
  exit 1
fi
lychee README.txt || exit 1
