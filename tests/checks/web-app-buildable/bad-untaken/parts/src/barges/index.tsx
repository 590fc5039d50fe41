export * from './load'
