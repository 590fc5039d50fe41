import http from 'k6/http';
import { check } from 'k6';
export * from './lib/metrics.js';
export const options = {
  scenarios: { swim: { executor: 'constant-vus', vus: 5, duration: '1m', exec: 'swim' } },
  thresholds: { checks: ['rate>0.9'], http_req_duration: ['p(95)<300'] },
};
export function setup() {
  check(http.get(__ENV.BASE), { up: (r) => r.status === 200 });
}
