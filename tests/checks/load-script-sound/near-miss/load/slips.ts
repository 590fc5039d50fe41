import http from 'k6/http';
import { check } from 'k6';
import { expect } from 'https://jslib.k6.io/k6-testing/0.5.0/index.js';

export const options = { vus: 1, iterations: 5 };

export default function () {
  const res = http.get(__ENV.SLIPS_URL);
  check(res, { ok: (r) => r.status === 200 });
  expect(res.status).toBe(200);
}
