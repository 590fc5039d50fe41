// What the home page tells the statistics; nobody calls it any more.
export default function trackHomeOpened(name: string): void {
  navigator.sendBeacon("/statistics", name);
}
