#!/bin/bash
set -e
(cd web && npm ci && npm test)
(cd docs && npm ci && npm run build)
