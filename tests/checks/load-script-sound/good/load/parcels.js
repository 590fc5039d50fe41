// Up to 2,000 virtual users look for parcels.
import http from 'k6/http';
import { check, sleep } from 'k6';
import { Rate } from 'k6/metrics';
import { textSummary } from 'https://jslib.k6.io/k6-summary/0.1.0/index.js';

const errors = new Rate('errors');
const codes = JSON.parse(open('./data/codes.json'));
const BASE_URL = __ENV.TRACKER_URL || 'http://localhost:4200';

export const options = {
  stages: [
    { duration: '2m', target: 2000 },
    { duration: '1m', target: 0 },
  ],
  thresholds: {
    http_req_duration: ['p(95)<400'],
    http_req_failed: ['rate<0.01'],
    errors: ['rate<0.01'],
    'http_req_duration{kind:lookup}': ['p(99)<900'],
  },
};

export default function () {
  const code = codes[Math.floor(Math.random() * codes.length)];
  const res = http.get(`${BASE_URL}/parcels/${code}`, { tags: { kind: 'lookup' } });
  const ok = check(res, { 'is 200': (r) => r.status === 200 });
  errors.add(!ok);
  sleep(1);
}

export function handleSummary(data) {
  return { stdout: textSummary(data, { indent: ' ' }) };
}
