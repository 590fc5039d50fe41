#!/bin/sh
echo "$REGISTRY_TOKEN" | docker login --password-stdin registry.example.org
echo "DB_PASSWORD=$DB_PASSWORD" >> .env
echo 'export API_TOKEN=$API_TOKEN'
echo "\$API_TOKEN is not set"
