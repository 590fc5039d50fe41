import { limits } from './limits';

export const calls = () => limits.CALLS;
