export const dsn = process.env.NEXT_PUBLIC_SENTRY_DSN
