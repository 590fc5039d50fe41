export const Counter = () => null;
