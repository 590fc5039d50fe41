import { createRoot } from 'react-dom/client';
import { unstable_now as now } from 'scheduler';
import { Board } from './Board';

createRoot(document.getElementById('root')!).render(<Board opened={now()} />);
