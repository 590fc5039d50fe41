import Fastify from "fastify";

import { calls } from "./calls";

const server = Fastify();
server.register(calls);
server.listen({ port: 5003 });
