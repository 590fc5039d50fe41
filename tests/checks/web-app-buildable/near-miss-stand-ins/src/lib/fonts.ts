import "unfonts.css";

export const FAMILY = "Inter";
