import { Rate } from 'k6/metrics';

export const errors = new Rate('errors');
export const limits = { errors: ['rate<0.01'], http_req_duration: ['p(95)<500'] };

// fed by whoever imports it
export function failed() {
  errors.add(1);
}
export function passed() {
  errors.add(0);
}
