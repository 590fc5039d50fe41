export interface EditorProps { text?: string } export default function Editor(props: EditorProps) { return <textarea />; }
