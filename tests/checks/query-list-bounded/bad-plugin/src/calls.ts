import { PrismaClient } from "@prisma/client";
import type { FastifyInstance } from "fastify";

const prisma = new PrismaClient();

// The handlers stand inside of the function that registers them.
export function calls(fastify: FastifyInstance) {
  fastify.post("/api/calls", async (request: any) => {
    const known = await prisma.call.findMany({ where: { closed: false } });
    return { open: known.length, made: request.body };
  });

  fastify.get("/api/calls/open", async () => {
    const open = await prisma.call.findMany({ where: { closed: false } });
    return { open };
  });

  fastify.get("/api/calls/:id", async (request: any) => {
    return prisma.call.findMany({ where: { id: request.params.id } });
  });

  fastify.get("/api/calls/people", async () => {
    const latest = await prisma.call.findMany({ take: 50 });
    const people = [];
    for (const one of latest) {
      people.push(await prisma.person.findFirst({ where: { id: one.personId } }));
    }
    return people;
  });

  fastify.get("/api/admin/calls", async () => {
    return prisma.call.findMany();
  });
}
