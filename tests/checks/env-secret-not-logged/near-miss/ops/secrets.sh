#!/bin/sh
# Takes secrets from files, as Docker mounts them.
set -e

for secret in DB_PASSWORD MAIL_PASSWORD; do
    echo "${secret} is taken from ${secret}_FILE"
done

echo "client secret: $(printf '%.4s' "$OAUTH_CLIENT_SECRET")****"
