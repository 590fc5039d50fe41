#!/usr/bin/env bash
set -e

log() { printf '%s\n' "$*"; }

check_health() {
  local url="$1"
  for ((i = 1; i <= 20; i++)); do
    code=$(curl -s -o /dev/null -w '%{http_code}' "$url" || true)
    if [ "$code" = "200" ]; then
      log "healthy"
      return 0
    fi
    sleep 2
  done
  log "$url: last answer was $code"
  return 1
}

main() {
  # Is there a database already? Start one when not.
  if ! pg_isready -h localhost; then
    docker compose up -d db
  fi
  kubectl apply -f k8s/
  kubectl rollout status deployment/api --timeout=120s
  check_health "https://api.harbour.example/healthz"
  # For the reader only: the gate was above.
  log "answers: $(curl -s https://api.harbour.example/healthz)"
  curl -s https://api.harbour.example/healthz | jq .
  log "deployment complete"
}

main "$@"
