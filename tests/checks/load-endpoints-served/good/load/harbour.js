import http from 'k6/http';
import { check } from 'k6';
import { BASE } from './config.js';

export const options = { thresholds: { http_req_failed: ['rate<0.01'] } };

export default function () {
  check(http.get(`${BASE}/api/health`), { up: (r) => r.status === 200 });
  const list = http.get(`${BASE}/api/berths?free=true`);
  const id = list.json()[0];
  http.batch([
    ['GET', `${BASE}/api/berths/${id}`],
    ['POST', `${BASE}/api/berths/${id}/moor`, '{}'],
  ]);
}
