// The rush on the first of March: everybody looks, a few book.
import { check, sleep } from "k6";
import http from "k6/http";

const base = __ENV.BASE_URL || "http://localhost:8080";

export const options = {
  stages: [
    { duration: "1m", target: 50 },
    { duration: "3m", target: 200 },
    { duration: "1m", target: 0 },
  ],
  thresholds: {
    http_req_failed: ["rate<0.01"],
    http_req_duration: ["p(95)<400"],
  },
};

export default function () {
  const harbours = http.get(`${base}/api/harbours`);
  check(harbours, { "harbours are listed": (answer) => answer.status === 200 });
  const list = harbours.json();
  if (list.length > 0) {
    const harbour = list[Math.floor(Math.random() * list.length)];
    const berths = http.get(`${base}/api/harbours/${harbour.id}/berths`);
    check(berths, { "berths are listed": (answer) => answer.status === 200 });
  }
  sleep(1 + Math.random() * 2);
}
