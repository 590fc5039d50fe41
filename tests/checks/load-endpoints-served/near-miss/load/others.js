import http from 'k6/http';
import { check } from 'k6';

const BASE = 'http://localhost:8085';
const paths = ['/api/health', '/api/berths'];

export const options = { thresholds: { http_req_failed: ['rate<0.5'] } };

export default function () {
  // somebody else's
  http.get('https://weather.example.com/harbour');
  http.get(`${__ENV.PILOT_URL}/pilots`);
  // any of the list
  http.get(BASE + paths[__ITER % 2]);
  http.get(`${BASE}${paths[0]}`);
  // what is not there must not be there
  const none = http.get(`${BASE}/api/docks`);
  check(none, { 'docks are gone': (r) => r.status === 404 });
  http.get(`${BASE}/api/berths/${__VU}`);
  const refused = http.del(`${BASE}/api/berths`);
  check(refused, { 'nobody deletes them': (r) => r.status === 405 });
  http.options(`${BASE}/api/berths`);
  // http.get(`${BASE}/api/old`);
}
