import Redis from 'ioredis'

const redis = new Redis(process.env.REDIS_URL!)

export async function withCache<T>(key: string, seconds: number, make: () => Promise<T>): Promise<T> {
  const known = await redis.get(key)
  if (known) return JSON.parse(known)
  const made = await make()
  await redis.set(key, JSON.stringify(made), 'EX', seconds)
  return made
}

export { redis }
