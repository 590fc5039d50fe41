const session = process.env.SESSION_SECRET || 'quay-seven';
const hook = process.env.WEBHOOK_SECRET ?? "hook";
const cookie = process.env.COOKIE_KEY || 'sign-with-quay-seven';
module.exports = { session, hook, cookie };
