import http from 'k6/http';

export const options = {
  vus: 20,
  thresholds: {
    http_req_duration: ['p(95)<300'],
  },
};

export default function () {
  http.get('http://localhost:4100/rooms');
}
