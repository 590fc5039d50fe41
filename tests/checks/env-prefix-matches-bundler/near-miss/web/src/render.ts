import fs from 'node:fs'
export const page = fs.readFileSync(process.env.REACT_APP_PAGE ?? 'x')
