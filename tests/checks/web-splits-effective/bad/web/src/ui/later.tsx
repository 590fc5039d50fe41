import React, { ComponentType } from "react";

export function later<P extends object>(Component: ComponentType<P>) {
  const Later = React.lazy(() => Promise.resolve({ default: Component }));
  return (props: P) => <Later {...(props as any)} />;
}
