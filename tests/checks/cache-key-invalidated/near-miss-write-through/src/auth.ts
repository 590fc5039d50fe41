export const authorized =
  (resolve: (parent: unknown, args: Record<string, string>) => Promise<unknown>) =>
  (parent: unknown, args: Record<string, string>) =>
    resolve(parent, args);
