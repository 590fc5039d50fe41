"use server";

import { boardService } from "./services";
import { searchPrices } from "./api";

type Board = { columns: { agent: string }[]; stops: { route: string }[]; cards: { route: string }[] };

/** The columns of one board stand in its own settings: a handful. */
export async function agentsOf(board: Board) {
  const agents = [];
  for (const column of board.columns) {
    agents.push(await boardService.getById(column.agent));
  }
  return agents;
}

export async function pricesOf(board: Board) {
  const prices = [];
  for (const stop of board.stops) {
    prices.push(await searchPrices(stop.route));
  }
  for (const card of board.cards) {
    prices.push(await searchPrices(card.route));
  }
  return prices;
}
