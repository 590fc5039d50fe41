/**
 * @type {import('tide-manifest').Manifest}
 */
export default { branches: ["main"] };
