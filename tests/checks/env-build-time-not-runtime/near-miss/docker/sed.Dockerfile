# syntax=docker/dockerfile:1
ARG NODE=22
FROM node:${NODE}-alpine AS build
WORKDIR /app
COPY web/package.json ./
RUN npm install
COPY web/ ./
RUN npm run build

FROM nginx:1.27
COPY --from=build /app/dist /usr/share/nginx/html
COPY docker/sed.sh /docker-entrypoint.d/40-sed.sh
