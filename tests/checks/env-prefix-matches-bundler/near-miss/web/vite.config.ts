export default { server: { proxy: { '/api': process.env.NEXT_PUBLIC_API_URL } } }
