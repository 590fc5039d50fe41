import { PrintForm } from "./print/PrintForm";

export const printer = () => <PrintForm />;
