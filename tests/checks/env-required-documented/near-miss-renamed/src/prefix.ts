export const withPrefix = (prefix: string) => ({ HOST: process.env[`${prefix}HOST`], NAME: process.env[`${prefix}NAME`] });
