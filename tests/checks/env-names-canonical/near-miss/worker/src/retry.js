export const lease = Number(process.env.LEASE_MS ?? 30000)
export const host = process.env.QUEUE_HOST
export const vhost = process.env.QUEUE_VHOST
