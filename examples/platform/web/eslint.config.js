export default [
  {
    files: ["src/**/*.{ts,tsx}"],
    rules: { "no-console": "error", "prefer-const": "error" },
  },
];
