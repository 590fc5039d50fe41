// An old name is still understood.
const user = process.env.QUEUE_USERNAME || process.env.QUEUE_USER || 'guest'
const ttl = Number(process.env.LEASE_SECONDS ?? 30)
export { user, ttl }
