#!/bin/sh
# `set -e` in a comment is no option.
cd web
pnpm install --frozen-lockfile
pnpm run build
cp -r dist /srv/tide/web
