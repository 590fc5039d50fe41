export interface NoteProps {
  text: string;
}

export function NoteList({ onAdd }: { onAdd?: (props: NoteProps) => void }) {
  return <button onClick={() => onAdd?.({ text: "" })}>Add</button>;
}
