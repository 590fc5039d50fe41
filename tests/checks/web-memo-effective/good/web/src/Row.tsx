import { memo } from "react";

export const Row = memo(({ letter, onOpen }: RowProps) => <li>{letter.title}</li>);

export function List({ letters, onOpen }: ListProps) {
  return letters.map((letter) => <Row key={letter.id} letter={letter} onOpen={onOpen} />);
}
