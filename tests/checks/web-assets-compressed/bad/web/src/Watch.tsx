import { useEffect, useState } from 'react'

export function Watch({ loading }: { loading: boolean }) {
  const [seen, setSeen] = useState(0)

  useEffect(() => {
    window.addEventListener('focus', () => setSeen((before) => before + 1))
    window.addEventListener('keydown', (event) => {
      // what a callback returns ends nothing
      return event.key === 'Escape' ? setSeen(0) : undefined
    })
  }, [loading])

  return <p>{seen}</p>
}
