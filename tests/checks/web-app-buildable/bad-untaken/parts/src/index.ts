export * from './bridge'
