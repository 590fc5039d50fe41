export const flag = 'a library is loaded by its users'
