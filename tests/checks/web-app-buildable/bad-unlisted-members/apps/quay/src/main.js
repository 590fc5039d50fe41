import fastify from "fastify";
import { format } from "date-fns";

fastify().get("/", () => format(new Date(), "P"));
