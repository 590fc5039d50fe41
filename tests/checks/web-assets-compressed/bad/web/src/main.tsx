import { useEffect, useState } from 'react'

export function Position() {
  const [at, setAt] = useState('')
  useEffect(() => {
    const socket = new WebSocket('/positions')
    socket.onmessage = (event) => setAt(event.data)
  }, [])
  useEffect(() => {
    window.addEventListener('online', () => setAt('again'))
  }, [])
  useEffect(() => {
    const timer = setInterval(() => setAt(''), 5000)
    return () => clearInterval(timer)
  }, [])
  return <p>{at}</p>
}
