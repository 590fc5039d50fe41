# syntax=docker/dockerfile:1
ARG NODE=22
FROM node:${NODE}-alpine AS build
WORKDIR /app
COPY web/package.json ./
RUN npm install
COPY web/ ./
RUN npm run build

FROM node:22-alpine
COPY --from=build /app /app
CMD ["node", "/app/server.js"]
