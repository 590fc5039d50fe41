import { Hono } from "hono";
import { OpenAPIHono } from "@hono/zod-openapi";

export const app: Hono = new OpenAPIHono();
