// The smallest of the plans: 20 users for five minutes.
import http from 'k6/http';
import { check } from 'k6';
import { failed, limits, passed } from './lib/options.js';

const rows = JSON.parse(open('../seed/out/rows.json'));

export const options = { vus: 20, duration: '5m', thresholds: limits };

export default function ({ token } = {}) {
  const refused = http.get('http://localhost:4300/admin');
  check(refused, { 'refused without a token': (r) => r.status === 401 || r.status === 403 });

  const gone = http.del(`http://localhost:4300/rows/${rows[0].id}`);
  check(gone, { 'deleted or gone before': (r) => r.status === 204 || r.status === 404 || r.status === 200 });

  const maybe = http.get('http://localhost:4300/rows/0', { headers: { Authorization: token } });
  const ok = check(maybe, {
    'row or not found': ({ status }) => [200, 404].includes(status),
    'not found is quick': (r) => r.status === 200 || r.status === 404,
  });
  if (ok) {
    passed();
  } else {
    failed();
  }
  if (typeof __VU !== 'undefined' && typeof debugHook === 'function') {
    debugHook(maybe);
  }
}
