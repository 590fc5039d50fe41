const token = process.env.ADMIN_TOKEN;
console.log('token is', token ? 'set' : 'missing');
console.log(`set: ${!!token}`);
console.log('length', token.length);
const dsn = process.env.SENTRY_DSN;
console.log(dsn);

class Depot {
  constructor() {
    this.apiKey = process.env.DEPOT_API_KEY;
  }
}
async function make(client) {
  const made = await client.keys.create();
  console.log('made', made.apiKey.id, made.apiKey.createdAt);
}
