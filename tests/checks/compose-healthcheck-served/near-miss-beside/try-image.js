const http = require('http');

const PORT = process.env.PORT || 4000;
http.createServer((request, response) => response.end('up')).listen(PORT);
