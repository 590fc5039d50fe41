import Turndown from "turndown";

export const bearing = (): number => new Turndown().turndown("<b>274</b>").length;
