FROM node:22 AS build
WORKDIR /kiosk
COPY . .
RUN npm ci && npx vite build

FROM node:22
RUN npm install -g serve
COPY --from=build /kiosk/dist /srv/kiosk
CMD ["serve", "-s", "/srv/kiosk", "-l", "5000"]
