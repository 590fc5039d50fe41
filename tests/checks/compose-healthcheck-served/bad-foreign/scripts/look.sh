#!/bin/sh
curl -fsS http://localhost/api/health
