#!/bin/bash
psql "$DSN" <<'EOF'
SELECT 1;
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS idx_reader_mail ON readers (e_mail) INCLUDE (joined);
EOF
