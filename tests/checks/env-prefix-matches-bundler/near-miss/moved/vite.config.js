export default {
  envPrefix: ['VITE_', 'REACT_APP_'], // kept from before the move
}
