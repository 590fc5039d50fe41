export const BASE: string = __ENV.BASE ?? 'http://localhost:8080';
