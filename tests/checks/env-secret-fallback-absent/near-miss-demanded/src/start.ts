export function checkStart() {
  const required = [
    'DATABASE_URL',
    'JWT_SECRET',
  ];
  const missing = required.filter((key) => !process.env[key]);
  if (missing.length > 0) {
    throw new Error(`not set: ${missing.join(', ')}`);
  }
}
