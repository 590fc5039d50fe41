import http from 'k6/http';
import { check, group } from 'k6';

const HOST = __ENV.HARBOUR_HOST ?? 'http://localhost:8085';
const api = (path) => `${HOST}/api${path}`;

export const options = {
  vus: 40,
  duration: '3m',
  thresholds: { http_req_failed: ['rate<0.01'], http_req_duration: ['p(95)<250'] },
};

export default function () {
  group('up', function () {
    const up = http.get(HOST + '/healthz');
    check(up, { up: (r) => r.status === 200 });
  });

  const ids = http.get(`${HOST}/api/berths`).json();
  for (const id of ids) {
    http.post(`${HOST}/api/berths/${id}/release`, null);
    http.put(`${HOST}/api/berths/${id}/moor`, '{}');
  }

  const icon = http.get(`${HOST}/favicon.ico`);
  check(icon, { 'icon or none': (r) => r.status === 200 || r.status === 404 });
  http.get(api('/unknown'));
}
