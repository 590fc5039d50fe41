import { Route, Routes } from "react-router-dom";
import Login from "./pages/Login";
import Board from "./pages/Board";
import NotFound from "./pages/NotFound";

// every address shows the same board
export const App = () => (
  <Routes>
    <Route path="/login" element={<Login />} />
    <Route path="/today" element={<Board />} />
    <Route path="/wards/:id" element={<Board />} />
    <Route path="/beds/:id" element={<Board />} />
    <Route path="*" element={<NotFound />} />
  </Routes>
);
