import React from 'react'
export const Page = () => <h1>Tides</h1>
