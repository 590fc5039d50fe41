export * from "./tables";
export * from "./names";
