import http from 'k6/http';
import { check } from 'k6';
import { Rate } from 'k6/metrics';

const errors = new Rate('errors');

// rate per second, not users: the plan speaks of 5000 users
export const options = {
  scenarios: {
    writes: {
      executor: 'ramping-arrival-rate',
      startRate: 10,
      stages: [{ target: 100, duration: '5m' }],
      exec: 'write',
    },
  },
  thresholds: { http_req_failed: ['rate<0.01'], http_req_duration: ['p(95)<500'] },
};

export function write() {
  const res = http.post(__ENV.ROWS_URL, '{}');
  if (check(res, { created: (r) => r.status === 201 || r.status === 409 })) {
    errors.add(0);
  } else {
    errors.add(1);
  }
}
