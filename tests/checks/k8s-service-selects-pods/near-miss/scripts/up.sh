#!/usr/bin/env bash
set -euo pipefail
kubectl create deployment kiosk --image ghcr.io/tidewater/kiosk:5
helm upgrade --install tickets-cache oci://registry.tidewater.io/charts/valkey
