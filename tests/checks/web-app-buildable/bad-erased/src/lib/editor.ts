// @ts-ignore
export const editor = () => import("./editor/Editor");
