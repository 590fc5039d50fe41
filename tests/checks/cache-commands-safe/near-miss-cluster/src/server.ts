import Fastify from "fastify"
import { connect } from "./redis"

const redis = connect()
const app = Fastify()

app.post("/v1/seats/release", async (request) => {
  const { tokens } = await request.body
  for (const token of tokens) {
    await redis.del(`seat:${token}`)
  }
  return { released: tokens.length }
})

app.listen({ port: 3000 })
