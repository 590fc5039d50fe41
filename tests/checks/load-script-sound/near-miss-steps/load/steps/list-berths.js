import http from 'k6/http';
import { check } from 'k6';

export default (base) => {
  const res = http.get(`${base}/berths`);
  check(res, { 'berths listed': (r) => r.status === 200 });
  return res.json();
};
