// One number, nobody asks for another.
require('http').createServer((_, res) => res.end('ok')).listen(4321);
