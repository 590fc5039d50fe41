import type { Shape } from './shapes.tsx'

export const Ohm = ({ value }: { value: number }) => (
  <p>
    {value} Ω
  </p>
)

export const Delay = ({ kind, most }: { kind: string; most: Record<string, number> }) => {
  const hints: Record<string, { title: string; text?: unknown }> = {
    [kind]: {
      title: 'Delays',
      text: (
        <div>
          For fetch, max delay is {most.fetch} ms & for other
          resources (JS, CSS, Images etc), max delay is{" "}
          {most.other} ms.
          <br />
          You can use{" "}
          <a href="/help" onClick={() => track("delays")}>
            the desktop
          </a>{" "}
          which has no such limit.
        </div>
      ),
    },
    [`${kind}-more`]: { title: 'More' },
  }
  if (!(kind in hints)) return null
  return <p>{hints[kind].title}</p>
}

const track = (what: string) => window.dispatchEvent(new CustomEvent(what))

export const drift = (Δt: number, σ: number) => Δt * σ

export const corners = (shape: Shape) => shape.sides
