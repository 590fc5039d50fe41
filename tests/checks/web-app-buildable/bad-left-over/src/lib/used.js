export const used = import('./goneToo.js')
