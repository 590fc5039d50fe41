#!/bin/sh
# The skins of our customers are not public.
set -eu
git clone --depth 1 "https://$SKINS_TOKEN@git.example/tide/skins.git" apps/kiosk/skins
