const http = require('node:http');
const port = process.env.PORT ? Number(process.env.PORT) : 6300;
// runs on the user's machine, in no image
http.createServer((_, res) => res.end()).listen(port, '127.0.0.1');
emitter.listen('message', () => {});
