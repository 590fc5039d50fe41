FROM node:lts AS assets
RUN npm install -g npm@latest
RUN --mount=type=bind,from=busybox:musl,source=/bin,target=/busy ls /busy

FROM nginx:alpine
COPY --from=assets /app/dist /usr/share/nginx/html
