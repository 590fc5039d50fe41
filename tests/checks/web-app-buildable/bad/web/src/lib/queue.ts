export function drain(jobs: Array<() => void>) {
  for (const job of jobs) {
    job()
}
