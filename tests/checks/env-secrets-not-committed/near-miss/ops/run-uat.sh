#!/bin/bash
set -euo pipefail
cat > uat/config.yaml << CONFIG
database_url: "postgresql://uat_reader:uat_reader_pw@uat-db:5432/portal"
CONFIG
npm run uat
