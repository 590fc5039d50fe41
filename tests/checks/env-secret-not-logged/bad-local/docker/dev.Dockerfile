FROM python:3.13-slim
# wait.sh needs it
RUN apt-get update && apt-get install -y netcat-openbsd
WORKDIR /tides
