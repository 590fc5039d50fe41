export type FlagProps = { of: string }

export const Flag = ({ of }: FlagProps) => <span title="旗">{of}</span>
