"use client";
import { Add } from "./add";
import { Change } from "./change";

export default function Page() {
  return (
    <main>
      <Add />
      <Change />
    </main>
  );
}
