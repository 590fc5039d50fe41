import Fastify from "fastify"
import { redis } from "./redis"

const app = Fastify()

app.post("/v1/links", async (request) => {
  const { desk, links } = await request.body
  const key = `links:${desk}`
  for (const { id, href } of links) {
    // all below one key, which lies on one node
    await redis.hset(key, id, href)
  }
  await redis.expire(key, 3600)
  for (const desk of links.map((link) => link.desk)) {
    const own = `seen:${desk}`
    await redis.hset(own, "at", Date.now())
  }
  return { kept: links.length }
})

app.listen({ port: 3000 })
