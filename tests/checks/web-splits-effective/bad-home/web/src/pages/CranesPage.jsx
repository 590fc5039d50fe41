import { Canvas } from "@react-three/fiber";

export default function CranesPage() {
  return <Canvas aria-label="Cranes" />;
}
