import { LabelPreview } from "../LabelPreview";

export const Counter = () => <LabelPreview code="P-1" />;
