import { lazy } from "react";
import { terms } from "./terms";

const Chart = lazy(() => import("./Chart"));

export const Orders = () => <Chart days={terms.days} />;

// A type alone: nothing is loaded.
export type Terms = typeof import("./terms").terms;
