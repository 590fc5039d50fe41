"use client";
import { useTides } from "chart-of-tides";

export default function Edit() {
  const all = useTides();
  return <pre>{JSON.stringify(all)}</pre>;
}
