"use server";

import { Readable } from "stream";
import csv from "csv-parser";
import { loadScan } from "./stores";
import { scanLinks } from "./links";

export async function scansOf(names: string[]) {
  const scans = [];
  for (const name of names) {
    scans.push(await loadScan(name));
  }
  return scans;
}

export async function linksOf(names: string[]) {
  const links = [];
  for (const name of names) {
    links.push(await scanLinks.getScanUrl(name));
  }
  return links;
}

const readRows = async (stream: Readable, rows: unknown[]): Promise<void> => {
  return new Promise((resolve, reject) => {
    stream
      .pipe(csv())
      .on("data", (row) => rows.push(row))
      .on("end", resolve)
      .on("error", reject);
  });
};

export async function rowsOf(texts: string[]) {
  const every: unknown[] = [];
  for (const text of texts) {
    const rows: unknown[] = [];
    await readRows(Readable.from(text), rows);
    every.push(...rows);
  }
  return every;
}

const known = async (name: string) => {
  return NAMES.filter((one) => one.startsWith(name)).join(", ");
};
const NAMES = ["front", "side"];

const getLabel = async (name: string) => {
  if (!NAMES.find((one) => one === name)) {
    const found = await known(name);
    return found.toUpperCase();
  }
  return name;
};

export async function labelsOf(names: string[]) {
  const labels = [];
  for (const name of names) {
    const label = await getLabel(name);
    labels.push(label);
  }
  return labels;
}

export async function pairOf(front: string, side: string) {
  const views = [
    { id: front, name: "front.png" },
    { id: side, name: "side.png" },
  ];
  const found = [];
  for (const view of views) {
    const answer = await fetch(`https://scans.example/${view.id}`);
    found.push(answer);
  }
  return found;
}

export async function pricesOf(ids: string[]) {
  const prices = [];
  for (const id of ids) {
    const answer = await fetch(`https://prices.example/${id}`);
    prices.push(answer);
  }
  return prices;
}
