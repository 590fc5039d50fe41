import http from "k6/http";
import { check } from "k6";
import { Gauge } from "k6/metrics";

const open = new Gauge("ws_berths_open");

export const options = {
  stages: [{ duration: "1m", target: 20 }],
  thresholds: { http_req_failed: ["rate<0.01"], ws_berths_open: ["value>0"] },
};

export default function () {
  const berths = http.get("http://localhost:8000/berths");
  check(berths, { "status < 500": (r) => r.status < 500 });
  const full = http.get("http://localhost:8000/full");
  check(full, { "200, 404 or 429": (r) => [200, 404, 429].includes(r.status) });
  open.add(1);
}

export function handleSummary(data) {
  return {
    stdout: textSummary(data, { indent: " " }),
    "summary.html": htmlReport(data),
  };
}
