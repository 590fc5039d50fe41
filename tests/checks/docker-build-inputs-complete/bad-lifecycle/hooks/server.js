require("fastify")().listen({ port: 4000, host: "0.0.0.0" });
