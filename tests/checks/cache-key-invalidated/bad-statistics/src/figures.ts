import { withCache } from './cache'
import { prisma } from './db'

export class Figures {
  // How shops did in so many days may run behind for some minutes.
  static async peakHours(storeId: string, days: number) {
    return withCache(`analytics:orders:${storeId}:${days}d`, 600, async () =>
      prisma.order.groupBy({ by: ['hour'], where: { storeId, day: { gte: days } } }),
    )
  }

  // Today's list may not.
  static async open(storeId: string) {
    return withCache(`orders:open:${storeId}`, 600, async () => prisma.order.findMany({ where: { storeId } }))
  }

  static async add(storeId: string) {
    return prisma.order.create({ data: { storeId } })
  }
}
