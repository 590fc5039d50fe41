import { check } from 'k6';
import http from 'k6/http';
import { Rate } from 'k6/metrics';

export const errors = new Rate('errors');

export default function (): void {
  const res = http.get('http://localhost:4100/rooms');
  const fine = check(res, { ok: (r) => r.status === 200 });
  errors.add(!fine);
}
