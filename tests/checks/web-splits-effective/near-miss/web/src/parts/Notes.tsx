import { NoteList } from "./NoteList";

interface Props {
  // What the list calls back with; nothing is loaded by it.
  onAdd?: (props: import("./NoteList").NoteProps) => void;
}

export default function Notes({ onAdd }: Props) {
  return <NoteList onAdd={onAdd} />;
}
