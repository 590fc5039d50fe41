export const BASE = __ENV.BASE || 'http://127.0.0.1:8085';
