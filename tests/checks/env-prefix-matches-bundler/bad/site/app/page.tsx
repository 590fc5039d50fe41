'use client'

export default function Page() {
  return <p>{process.env.VITE_ANALYTICS_ID} {process.env.NEXT_PUBLIC_API_URL}</p>
}
