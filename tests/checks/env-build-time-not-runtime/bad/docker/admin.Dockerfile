# syntax=docker/dockerfile:1
ARG NODE=22
FROM node:${NODE}-alpine AS build
WORKDIR /app
COPY admin/package.json ./
RUN npm install
COPY admin/ ./
ARG VITE_API_URL
ENV VITE_API_URL=$VITE_API_URL
RUN npm run build

FROM caddy:2
COPY --from=build /app/dist /srv
