export type Gate = { name: string }

export const Gates = ({ first }: { first: Gate }) => <p>{first.name}</p>
