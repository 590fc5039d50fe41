#!/bin/sh
set -eu
kubectl apply -f apply/one -n kiosk
kubectl apply -f apply/two -n kiosk
