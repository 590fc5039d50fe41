import { useEffect } from 'react'

export function useResize(done: () => void) {
  useEffect(() => {
    window.addEventListener('resize', done)
    return () => window.removeEventListener('resize', done)
  }, [done])
  useEffect(() => {
    window.addEventListener('load', done, { once: true })
  }, [done])
}
