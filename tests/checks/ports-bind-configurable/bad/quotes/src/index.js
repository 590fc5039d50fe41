const fastify = require('fastify')({ logger: true });

const { QUOTES_PORT = 4010 } = process.env;
fastify.get('/quotes', async () => []);
fastify.listen({ port: QUOTES_PORT, host: '0.0.0.0' });
