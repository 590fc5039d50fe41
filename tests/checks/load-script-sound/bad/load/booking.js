// Load test of the booking API.
// Simulates 25,000 concurrent users during the Friday rush.

import http from 'k6/http';
import { check, group, sleep } from 'k6';
import { Rate, Trend } from 'k6/metrics';
import { SharedArray } from 'k6/data';

const failures = new Rate('failures');
const searchTime = new Trend('search_time', true);

const guests = new SharedArray('guests', () => JSON.parse(open('./data/guests.json')));

const BASE = __ENV.BOOKING_URL || 'http://localhost:4100';

export const options = {
  stages: [
    { duration: '1m', target: 500 },
    { duration: '10m', target: 2_000 }, // peak
    { duration: '1m', target: 0 },
  ],
  thresholds: {
    http_req_duration: ['p(95)<800'],
    http_req_failed: ['rate<0.02'],
    failures: ['rate<0.05'],
  },
};

export default function () {
  const guest = guests[__ITER % guests.length];

  group('search', () => {
    const res = http.get(`${BASE}/rooms?city=${guest.city}`);
    searchTime.add(res.timings.duration);
    check(res, {
      'rooms listed': (r) => r.status === 200 || r.status === 401,
    }) || failures.add(1);
  });

  const made = http.post(`${BASE}/bookings`, JSON.stringify(guest));
  check(made, {
    'booking answered': (r) => r.status < 500,
    'quick enough': (r) => r.timings.duration < 800,
  }) || failures.add(true);

  sleep(randomIntBetween(1, 3));
}

export function handleSummary(data) {
  return {
    'summary.html': htmlReport(data),
    stdout: JSON.stringify(data.metrics, null, 2),
  };
}
