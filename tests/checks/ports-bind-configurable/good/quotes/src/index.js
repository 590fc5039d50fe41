const fastify = require('fastify')({ logger: true });

const { PORT = 4010 } = process.env;
fastify.get('/quotes', async () => []);
fastify.listen({ port: PORT, host: '0.0.0.0' });
