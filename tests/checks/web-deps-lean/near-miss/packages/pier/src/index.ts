import clsx from "clsx";
import { Buoy } from "@sea/marks-react";

// files that are copied as they are
export const vendored = ["node_modules/chartist/dist/index.css", "../node_modules/pull-to-moor/dist/moor.js"];
export const worker = `https://unpkg.com/pdf-charts@${4}/build/worker.min.mjs`;
export const mark = () => Buoy({ className: clsx("mark") });
