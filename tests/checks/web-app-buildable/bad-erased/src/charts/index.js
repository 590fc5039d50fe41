import "./index.scss";

export const chart = (rows) => rows.length;
