import { createElement } from "react";
import wall from "./wall.png";

export const Wall = () => createElement("img", { src: wall });
