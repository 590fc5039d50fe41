import type { Shape } from './shapes.tsx'

export const Ohm = ({ value }: { value: number }) => (
  <p>
    {value} Ω
  </p>
)

export const drift = (Δt: number, σ: number) => Δt * σ

export const corners = (shape: Shape) => shape.sides
