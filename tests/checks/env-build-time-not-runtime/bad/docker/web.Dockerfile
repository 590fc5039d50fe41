# syntax=docker/dockerfile:1
ARG NODE=22
FROM node:${NODE}-alpine AS build
WORKDIR /app
COPY web/package.json ./
RUN npm install
COPY web/ ./
RUN npm run build

FROM nginx:1.27-alpine AS runtime
COPY --from=build /app/dist /usr/share/nginx/html
# The bundler has replaced the name long before.
RUN printf '#!/bin/sh\nsed -i "s|VITE_API_URL|$VITE_API_URL|g" /usr/share/nginx/html/assets/*.js\n' \
      > /docker-entrypoint.d/40-env.sh && chmod +x /docker-entrypoint.d/40-env.sh
EXPOSE 80
