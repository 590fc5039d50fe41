import http from "k6/http";
import { check } from "k6";

export const options = { vus: 2, thresholds: { http_req_failed: ["rate<0.01"] } };

export default function () {
  const berths = http.get("http://localhost:8000/berths");
  check(berths, { "berths answer": (r) => r.status === 200 });
}
