'use client'
export default process.env.NEXT_PUBLIC_A
