import type { ReactNode } from 'react';
import { soundings } from '@/lib/soundings';

export const Chart = ({ lights }: { lights: ReactNode[] }) => <div>{soundings()}{lights}</div>;
