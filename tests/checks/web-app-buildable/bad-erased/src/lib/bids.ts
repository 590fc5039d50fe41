import { Bid, type Lot } from "./auction.store";

export type Bids = Map<Lot, Bid[]>;

export function dearest(bids: Bid[]): Bid | undefined {
  const sorted: Array<Bid> = [...bids].sort((a, b) => b.amount - a.amount);
  return sorted[0] as Bid;
}
