import { writeFileSync } from 'node:fs'

writeFileSync(new URL('../src/gate-table.ts', import.meta.url), 'export const gates = []\n')
writeFileSync(new URL('../src/signals/names.ts', import.meta.url), 'export const names = []\n')
