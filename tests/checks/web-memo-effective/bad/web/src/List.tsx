import Box, { Row } from "./Row";

export function List({ letters }: { letters: Letter[] }) {
  return (
    <Box title="Letters">
      {letters.map((letter) => (
        <Row key={letter.id} letter={letter} onOpen={(id) => open(id)} />
      ))}
      <Row letter={{ id: 0, title: "draft" }} onOpen={open} />
    </Box>
  );
}
