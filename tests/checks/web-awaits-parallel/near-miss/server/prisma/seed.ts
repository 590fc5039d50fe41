async function main() {
  for (const practice of practices) {
    await createPractice(practice);
  }
}
main();
