import { Outlet, Scripts } from "@remix-run/react";
import * as React from "react";
import { hydrateRoot } from "react-dom/client";

export default function Root(): React.JSX.Element {
  void hydrateRoot;
  return (
    <html lang="en">
      <body>
        <Outlet />
        <Scripts />
      </body>
    </html>
  );
}
