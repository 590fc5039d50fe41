const port = process.env.LOCK_PORT;
if (!port) {
  throw new Error('LOCK_PORT is not set');
}
module.exports = { port };
