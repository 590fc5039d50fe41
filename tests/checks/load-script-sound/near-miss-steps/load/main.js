import { sleep } from 'k6';
import bookBerth from './steps/book-berth.js';
import listBerths from './steps/list-berths.js';

export const options = {
  vus: 5,
  duration: '1m',
  thresholds: { checks: ['rate>0.99'], http_req_failed: ['rate<0.01'] },
};

export default function () {
  const berths = listBerths('http://localhost:7000');
  bookBerth('http://localhost:7000', berths[0].id, __ENV.TOKEN);
  sleep(1);
}
