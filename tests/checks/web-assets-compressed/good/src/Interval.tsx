import { useEffect, useRef, useState } from 'react'

// `setInterval` is the setter of a state here
export function Interval({ floor }: { floor: number }) {
  const [interval, setInterval] = useState(floor)
  const row = useRef<HTMLDivElement>(null)

  useEffect(() => {
    if (interval < floor) setInterval(floor)
  }, [interval, floor])

  return <div ref={row}>{interval}</div>
}
