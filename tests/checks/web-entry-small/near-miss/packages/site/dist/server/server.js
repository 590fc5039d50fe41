export const render = () => '<main></main>'
