import { soundings } from '@/lib/soundings';

export const Light = () => <i>{soundings().length}</i>;
