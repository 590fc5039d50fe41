import dayjs from 'dayjs';
import { toast } from 'sonner';

export function Board({ opened }: { opened: number }) {
  return <button onClick={() => toast('docked')}>{dayjs(opened).format('HH:mm')}</button>;
}
