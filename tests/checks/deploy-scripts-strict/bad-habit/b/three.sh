#!/bin/sh
npm ci
npm run grind
echo done
