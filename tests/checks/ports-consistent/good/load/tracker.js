import http from 'k6/http';
import { check } from 'k6';

// http://localhost:4999 was the test instance
const BASE = __ENV.BASE_URL || 'http://localhost:4100';

export default function () {
  check(http.get(`${BASE}/parcels`), { ok: (r) => r.status === 200 });
}
