const release = process.env.SIGNAL_RELEASE;
if (!release) {
  throw new Error('SIGNAL_RELEASE is not set');
}
console.log(release);
