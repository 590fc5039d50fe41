#!/usr/bin/env bash
set -euo pipefail

envsubst < /etc/tide/tide.tpl > /etc/tide/tide.toml

set +e
ledger --check-config
chown -R tide /var/lib/tide
exec ledger
