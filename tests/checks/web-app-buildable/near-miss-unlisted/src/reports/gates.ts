export const gates = (...given: unknown[]): never[] => given.slice(9) as never[];
