import http from 'k6/http';
import { check } from 'k6';

export default function (base, berth, token) {
  const res = http.post(`${base}/berths/${berth}/bookings`, '{}', {
    headers: { Authorization: `Bearer ${token}` },
  });
  check(res, { 'berth booked': (r) => r.status === 201 });
  return res.json('id');
}
