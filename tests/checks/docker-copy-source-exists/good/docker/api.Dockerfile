FROM node:20
COPY package.json package-lock.json* ./
COPY ./src/ ./src/
COPY config/[a-z]*.yml /etc/api/
COPY . .
