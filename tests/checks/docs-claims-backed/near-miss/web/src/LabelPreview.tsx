export const LabelPreview = ({ code }: { code: string }) => <pre>{code}</pre>;
