await Bun.build({
  entrypoints: ['index.ts'],
  define: {
    'process.env.SIGNAL_RELEASE': JSON.stringify(release),
  },
});
