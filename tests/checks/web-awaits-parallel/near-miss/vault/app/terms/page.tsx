import { getI18n, getScopedI18n } from "@/locales/server";
import { api } from "@/lib/api";

// what a language's texts are read from lies in memory
export default async function TermsPage() {
  const documents = await api.documents.getAll();
  const t = await getI18n();
  const tTerms = await getScopedI18n("terms");
  return <List title={t("title")} hint={tTerms("hint")} documents={documents} />;
}
