import { Dial } from "brass-dials";

export const Gauge = () => <Dial />;
