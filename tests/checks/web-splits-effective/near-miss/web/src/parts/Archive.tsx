// shows the same list, and is itself loaded by nobody yet
import Files from "./Files";
export default function Archive() { return <Files />; }
