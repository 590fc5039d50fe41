import http from 'k6/http';
import { Counter } from 'k6/metrics';

const retries = new Counter('retries');

export const options = {
  vus: 50,
  duration: '5m',
  thresholds: {
    // the tag is never set on a request
    'http_req_duration{kind:checkout}': ['p(99)<1500'],
    http_req_duration: ['p(95)<60000'],
    error_rate: ['rate<0.1'],
    checks: ['rate>0.95'],
  },
};

export default function () {
  const res = http.get('http://localhost:4100/rooms', { tags: { name: 'rooms' } });
  if (res.status === 503) {
    retries.add(1);
  }
}
