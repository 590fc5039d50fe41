import { createHash } from 'node:crypto'
import { redis, withCache } from './cache'
import { db } from './db'

interface Filters {
  status?: string
  page: number
  limit: number
}

export class Lists {
  // Every member is in the key, by way of a digest or of what is derived from it.
  static async all(storeId: string, filters: Filters) {
    const digest = createHash('sha1').update(JSON.stringify(filters)).digest('hex')
    return withCache(`orders:${storeId}:${digest}`, 60, () =>
      db.order.findMany({ where: { storeId, status: filters.status }, skip: filters.page * filters.limit }),
    )
  }

  static async paged(input: { storeId: string; page: number; limit: number }) {
    const skip = (input.page - 1) * input.limit
    return withCache(`orders:${input.storeId}:${skip}:${input.limit}`, 60, () =>
      db.order.findMany({ where: { storeId: input.storeId }, skip, take: input.limit }),
    )
  }

  // What is searched for is not kept.
  static async found(storeId: string, search?: string) {
    if (search) {
      return db.order.findMany({ where: { storeId, name: { contains: search } } })
    }
    return withCache(`orders:${storeId}`, 60, () =>
      db.order.findMany({ where: { storeId, ...(search ? { name: search } : {}) } }),
    )
  }

  // All are kept; who asks is given some of them.
  static async some(storeId: string, status: string) {
    const known = await redis.get(`orders:all:${storeId}`)
    if (known) return JSON.parse(known).filter((one: { status: string }) => one.status === status)
    const rows = await db.order.findMany({ where: { storeId } })
    await redis.set(`orders:all:${storeId}`, JSON.stringify(rows), 'EX', 60)
    return rows.filter((one) => one.status === status)
  }

  // The page is told, not selected by.
  static async named(storeId: string, language: string) {
    return withCache(`labels:${storeId}:${language}`, 60, () => db.label.findMany({ where: { storeId, language } }))
  }

  // Written through: the new state is what is kept.
  static async setStatus(id: string, status: string) {
    const known = await redis.get(`order:${id}`)
    const order = await db.order.update({ where: { id }, data: { status } })
    await redis.set(`order:${id}`, JSON.stringify({ ...order, before: known }), 'EX', 60)
    return order
  }
}
