/** Told when a card on the home page is opened. */
export default function cardOpened(name) {
  navigator.sendBeacon("/statistics/cards", name);
}
