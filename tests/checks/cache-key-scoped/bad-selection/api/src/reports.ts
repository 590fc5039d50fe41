import { redis, withCache } from './cache'
import { db } from './db'

interface Period {
  storeId: string
  from: Date
  to: Date
}

export class Reports {
  static async taxes(period: Period) {
    const { storeId, from, to } = period
    return withCache(`taxes:${storeId}:${from.toISOString()}`, 600, async () => {
      return db.payment.groupBy({ where: { storeId, paidAt: { gte: from, lte: to } } })
    })
  }

  static async best(input: { storeId: string; limit?: number; dateFrom: Date }) {
    const limit = input.limit ?? 10
    const key = `best:${input.storeId}:${input.dateFrom.toISOString()}`
    return withCache(key, 300, () =>
      db.product.findMany({ where: { storeId: input.storeId, since: input.dateFrom }, take: limit }),
    )
  }

  static async mayEnter(input: { tenantId: string; address: string; operation: string }) {
    const key = `entry:${input.tenantId}:${input.address}`
    const known = await redis.get(key)
    if (known !== null) return known === '1'
    const rules = await db.rule.findMany({ where: { tenantId: input.tenantId } })
    const allowed = rules.some((rule) => {
      if (!rule.operations.includes(input.operation)) return false
      return rule.address === input.address
    })
    await redis.setex(key, 300, allowed ? '1' : '0')
    return allowed
  }
}
