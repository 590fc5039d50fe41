import http from 'k6/http';
import { Rate } from 'k6/metrics';

const errors = new Rate('errors');

export const options = {
  scenarios: {
    calm: { executor: 'constant-vus', vus: 1, duration: '1m' },
    storm: { executor: 'constant-vus', vus: 90, duration: '1m' },
  ],
  thresholds: { http_req_failed: ['rate<0.01'] },
};

export default function () {
  const res = http.get('http://localhost:8085/api/berths');
  if (res.status !== 200) {
    errors.add(1);
  }
}
