import { Trend } from 'k6/metrics';
export const slow = new Trend('slow_walks');
export function swim() {}
