#!/usr/bin/env bash
# No set -e: every status is looked at.
docker stack deploy -c web.yml harbour || exit 1

healthy=false
for _ in 1 2 3 4 5; do
  if curl --fail --silent https://www.harbour.example/status; then
    healthy=true
    break
  fi
  sleep 5
done

if [[ "$healthy" != "true" ]]; then
  echo "rolling back"
  docker service rollback harbour_web
  exit 1
fi
echo "done"
