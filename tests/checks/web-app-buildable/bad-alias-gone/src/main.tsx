import { createRoot } from 'react-dom/client';
import { Chart } from '@/parts/Chart';
import { Light } from '@/parts/Light';

createRoot(document.getElementById('root')!).render(<Chart lights={[<Light key="1" />]} />);
