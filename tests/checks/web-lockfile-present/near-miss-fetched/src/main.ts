import fastify from "fastify"; fastify().listen();
