#!/bin/sh
# used to be http://localhost:4000
python3 -m http.server 8899 &
curl -f http://localhost:8899/index.html
docker run -d -p 6001:80 nginx:1.27
curl -f http://localhost:6001
curl -f "http://localhost:${PORT}/rooms"
curl -f http://localhost:9000/rooms && echo "API: http://localhost:9000"
curl -f http://localhost:6333/healthz
echo "Docs: https://docs.example.com:8443"
