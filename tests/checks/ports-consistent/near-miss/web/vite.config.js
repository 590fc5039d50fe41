export default {
  server: {
    proxy: {
      '/api': 'http://localhost:3000', // npm start in api/
      '/billing': { target: 'http://localhost:8090' },
    },
  },
};
