import type { ReactNode } from 'react'

// Depths above 12 m need a pilot.
export default function Shell({ children }: { children: ReactNode }) {
  return (
    <main>
      <p className="hint">Ships with a draught > 12 m take a pilot</p>
      {children}
    </main>
  )
}
