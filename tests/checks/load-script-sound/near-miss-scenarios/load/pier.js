import http from 'k6/http';
import { check } from 'k6';
import { slow } from './lib/metrics.js';
import { swim as bathe } from './lib/metrics.js';

const flow = { executor: 'constant-vus', vus: 1, duration: '10s' };

export const options = {
  scenarios: {
    fish: { ...flow, exec: 'anything' },
    walk: { executor: 'constant-vus', vus: 5, duration: '1m', exec: 'walk' },
    swim: { executor: 'constant-vus', vus: 5, duration: '1m', exec: 'swim' },
    sail: { executor: 'constant-vus', vus: 5, duration: '1m', exec: 'sail' },
    rest: { executor: 'constant-vus', vus: 5, duration: '1m' },
  },
  thresholds: { slow_walks: ['p(95)<400'], checks: ['rate>0.95'], http_req_duration: ['p(95)<300'] },
};

export const walk = () => {
  const res = http.get(__ENV.BASE + '/pier');
  check(res, { open: (r) => r.status === 200 });
  slow.add(res.timings.duration);
};
async function row() {
  http.get(__ENV.BASE + '/boats');
}
export { bathe as swim, row as sail };
export default walk;
