import { PrismaClient } from "@prisma/client";
import fastify from "fastify";

const prisma = new PrismaClient();
const app = fastify();
app.get("/berths", () => prisma.berth.findMany({ take: 20 }));
app.listen({ host: "0.0.0.0", port: 3000 });
