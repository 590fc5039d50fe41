const http = require('http');
const { chromium } = require('playwright');

chromium.launchServer({ port: 3001, wsPath: '/' }).then(() => {
  http.createServer((request, response) => response.end('ok')).listen(3002);
});
