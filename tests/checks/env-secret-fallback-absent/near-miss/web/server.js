// The key *of* the cookie is its name.
const cookie = process.env.QUAY_COOKIE_KEY || 'quay_session';
const state = process.env.QUAY_STATE_COOKIE_KEY ?? '__quay.oauth2_state';
// A DSN without a password only says where errors are reported to.
const dsn = process.env.SENTRY_DSN || 'https://8f2c1d0b7a6e4f39@o4507.ingest.sentry.io/4507123';
const optional = process.env.ATHENA_OPTIONAL_CREDENTIALS || 'true';
module.exports = { cookie, state, dsn, optional };
