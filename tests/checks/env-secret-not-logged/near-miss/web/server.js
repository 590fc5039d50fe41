const token = process.env.ADMIN_TOKEN;
console.log('token is', token ? 'set' : 'missing');
console.log(`set: ${!!token}`);
console.log('length', token.length);
const dsn = process.env.SENTRY_DSN;
console.log(dsn);
