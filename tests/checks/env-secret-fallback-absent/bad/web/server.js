const session = process.env.SESSION_SECRET || 'quay-seven';
const hook = process.env.WEBHOOK_SECRET ?? "hook";
module.exports = { session, hook };
