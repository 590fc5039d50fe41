#!/bin/sh
docker compose pull
docker compose up -d
npm run seed
echo done
