export const Letters = () => null;
