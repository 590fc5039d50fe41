import { Cluster } from "ioredis"

export const redis = new Cluster([{ host: "redis-0", port: 6379 }, { host: "redis-1", port: 6379 }])
