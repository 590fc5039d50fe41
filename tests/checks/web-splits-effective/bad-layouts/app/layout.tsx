"use client";
import { Remark } from "./remark";

export default function Layout({ children }: { children: React.ReactNode }) {
  return (
    <html>
      <body>
        {children}
        <Remark />
      </body>
    </html>
  );
}
