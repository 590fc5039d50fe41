export const limits = {
  CALLS: Number(process.env.CALLS || 100),
  COOKIE_SECRET: process.env.COOKIE_SECRET || 'nobody-bakes-with-it',
};
