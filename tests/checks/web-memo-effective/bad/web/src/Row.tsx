import React, { memo } from "react";

export const Row = memo(function Row({ letter, onOpen }: RowProps) {
  return <li onClick={() => onOpen(letter.id)}>{letter.title}</li>;
});

const Panel = ({ title, children }: PanelProps) => <section title={title}>{children}</section>;
export default React.memo(Panel);

// nobody shows it since the redesign
export const Badge = memo(({ kind }: { kind: string }) => <b>{kind}</b>);
