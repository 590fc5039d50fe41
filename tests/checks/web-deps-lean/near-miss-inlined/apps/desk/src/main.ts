import { journal } from "@lighthouse/journal";
import { bearing } from "@lighthouse/pilot";
import fastify from "fastify";
import knex from "knex";

const db = knex({ client: process.env.DATABASE_KIND, connection: process.env.DATABASE_URL });
const server = fastify({ loggerInstance: journal });

server.get("/ships.csv", (_request, reply) => reply.send(db("ships").select("name").stream()));
server.get("/bearing", () => ({ degrees: bearing() }));
await server.listen({ port: 4300 });
