#!/usr/bin/env bash
set -e
case "${1:-help}" in
  start) docker compose up -d jobs ;;
  stop) docker compose down ;;
  restart)
    docker compose restart jobs
    curl -fsS http://localhost:9200/health
    ;;
  *) echo "usage: $0 start|stop|restart" ;;
esac
