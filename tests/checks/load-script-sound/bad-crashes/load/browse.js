import http from "k6/http";
import { check } from "k6";

export const options = {
  stages: [{ duration: "1m", target: 20 }],
  thresholds: { http_req_failed: ["rate<0.01"], http_req_duration: ["p(95)<500"] },
};

export default function () {
  const seats = http.get(`${__ENV.BASE_URL}/seats`);
  check(seats, { "seats answer": (r) => r.status === 200 || r.status === 500 });
  const busy = http.get(`${__ENV.BASE_URL}/busy`);
  check(busy, { "busy or shed": (r) => r.status === 200 || r.status === 503 });
}
