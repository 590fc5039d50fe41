import { useEffect } from "react";
import { useNavigate } from "react-router-dom";

export default function Entrance() {
  const navigate = useNavigate();
  useEffect(() => {
    navigate("/depots", { replace: true });
  }, []);
  return <p>One moment …</p>;
}
