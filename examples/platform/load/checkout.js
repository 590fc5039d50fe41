// Everybody books at once: the worst minute of the first of March.
import { check, sleep } from "k6";
import http from "k6/http";

const base = __ENV.BASE_URL || "http://localhost:8080";

export const options = {
  vus: 80,
  duration: "2m",
  thresholds: {
    http_req_failed: ["rate<0.05"],
    http_req_duration: ["p(95)<800"],
  },
};

export function setup() {
  return { berths: http.get(`${base}/api/berths`).json() };
}

export default function (data) {
  const berth = data.berths[Math.floor(Math.random() * data.berths.length)];
  const booking = {
    berth_id: berth.id,
    skipper_email: `skipper-${__VU}-${__ITER}@tidewater.example`,
    arrives_on: "2025-07-01",
    leaves_on: "2025-07-03",
  };
  const headers = { "Content-Type": "application/json" };
  const made = http.post(`${base}/api/booking`, JSON.stringify(booking), { headers });
  check(made, { "it is booked or taken": (answer) => [201, 409].includes(answer.status) });
  sleep(1);
}

export function handleSummary(data) {
  return { stdout: textSummary(data, { indent: " " }) };
}
