import { memo, useMemo } from "react";

// compares what matters
export const Cell = memo(({ value }: CellProps) => <td>{value.text}</td>, (a, b) => a.value.id === b.value.id);
export const Head = memo(({ title, style }: HeadProps) => <th style={style}>{title}</th>);
export const Foot = memo(({ cells }: FootProps) => <tfoot>{cells}</tfoot>);
const total = useMemo(() => 1, []);

export const columns = [{ header: Foot }];
export const Table = ({ style }: TableProps) => (
  <table>
    <Head title="Date" style={{ width: 120 }} />
    <Head title="Text" style={style} />
    {/* <Foot cells={[]} /> */}
    <Cell value={{ id: 1, text: "x" }} />
  </table>
);
