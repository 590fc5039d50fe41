"use client";
import Edit from "./edit";

export function Change() {
  return <Edit />;
}
