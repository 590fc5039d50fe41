import IORedis, { Cluster } from "ioredis"

/** One node on a laptop, a cluster in production. */
export function connect(): IORedis | Cluster {
  const nodes = process.env.REDIS_NODES?.split(",") ?? []
  if (nodes.length > 1) return new Cluster(nodes.map((host) => ({ host, port: 6379 })))
  return new IORedis({ host: nodes[0] })
}
