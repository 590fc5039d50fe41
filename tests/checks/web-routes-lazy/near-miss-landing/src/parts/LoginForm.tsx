import { useNavigate } from "react-router-dom";

export function LoginForm() {
  const navigate = useNavigate();
  const enter = async () => {
    await fetch("/api/session", { method: "POST" });
    navigate("/arrivals");
  };
  return <button onClick={enter}>Enter</button>;
}
