import { Route, Routes } from "react-router-dom";
import { Queue } from "./pages/Queue";
import { Ticket } from "./pages/Ticket";
import { Opening } from "./pages/Opening";

// Three screens of a few lines each: all of them are smaller than one more round trip.
export const App = () => (
  <Routes>
    <Route path="/" element={<Queue />} />
    <Route path="/tickets/:number" element={<Ticket />} />
    <Route path="/opening-hours" element={<Opening />} />
    <Route path="/queue" element={<Queue />} />
  </Routes>
);
