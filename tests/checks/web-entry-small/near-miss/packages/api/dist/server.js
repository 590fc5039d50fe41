require('fastify')().listen({ port: 4200 })
