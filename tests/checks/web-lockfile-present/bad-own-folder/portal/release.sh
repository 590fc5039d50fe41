#!/bin/bash
set -euo pipefail

verify() {
    npm ci
    npm run lint
}

verify
npm run build
# the settings lie in the root
cat config/release.json
