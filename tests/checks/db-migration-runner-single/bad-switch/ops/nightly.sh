#!/bin/sh
set -e
# again, in case a release was cut short
npx typeorm migration:run -d dist/data-source.js
