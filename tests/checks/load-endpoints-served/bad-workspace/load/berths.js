import http from 'k6/http';
import { check } from 'k6';

const base = __ENV.BASE || 'http://localhost:8085';

export const options = { thresholds: { http_req_duration: ['p(95)<400'] } };

export default function () {
  check(http.get(`${base}/api/berths`), { listed: (r) => r.status === 200 });
  http.get(`${base}/api/moorings`);
}
