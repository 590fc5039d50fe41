import http from 'k6/http';
// const BASE = 'http://localhost:4000';
const BASE = __ENV.BASE_URL || 'http://localhost:9000';
export default () => http.get(`${BASE}/rooms`);
