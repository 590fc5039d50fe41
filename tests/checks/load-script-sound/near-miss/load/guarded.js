import http from 'k6/http';
import exec from 'k6/execution';
import { check } from 'k6';

export const options = { vus: 4, duration: '1m' };

export default function () {
  const res = http.get(__ENV.SLIPS_URL);
  if (!check(res, { ok: (r) => r.status === 200 })) {
    exec.test.abort('the slips are not served');
  }
}
