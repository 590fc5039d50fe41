import Boats from "./Boats";
import Buoys from "./Buoys";
import Lamps from "./Lamps";
import Tides from "./Tides";
import Winds from "./Winds";
import Gulls from "./Gulls";

export default () => <><Boats /><Buoys /><Lamps /><Tides /><Winds /><Gulls /></>;
