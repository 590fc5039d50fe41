import http from 'k6/http';
import { check } from 'k6';
import { Trend } from 'k6/metrics';
import { BASE } from './lib/settings.ts';

const docking = new Trend('docking');

export const options = {
  scenarios: {
    arrive: { executor: 'constant-vus', vus: 5, duration: '1m', exec: 'arrive' },
    leave: { executor: 'constant-vus', vus: 5, duration: '1m', exec: 'leaves' },
    idle: { executor: 'constant-vus', vus: 1, duration: '1m' },
  },
  thresholds: {
    docking_time: ['p(95)<400'],
    http_req_duration: ['p(95)>0'],
    checks: ['rate>0.0'],
  },
};

export function arrive() {
  const res = http.get(`${BASE}/berths`);
  check(res, { free: (r) => r.status === 200 });
  docking.add(res.timings.duration);
}

export function leave() {
  http.del(`${BASE}/berths/1`);
}
