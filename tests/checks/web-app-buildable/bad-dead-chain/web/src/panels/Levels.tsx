import { Gauge } from "../gauges/Gauge";

export default () => <Gauge />;
