FROM debian:12-slim AS api
COPY db/roles.sql /srv/
CMD ["sleep", "infinity"]
