import { LoginForm } from "../parts/LoginForm";

export default function Login() {
  return <LoginForm />;
}
