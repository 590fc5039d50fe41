import { api, uploadImage } from "./base";

// All at once has failed: one by one, so that the good ones come through.
export async function fetchSome(ids: string[]) {
  try {
    return await api.fetchMany(ids);
  } catch {
    const found = [];
    for (const id of ids) {
      const one = await api.fetchOne(id);
      found.push(one);
    }
    return found;
  }
}

export async function paste(files: File[], insertAtCursor: (text: string) => void) {
  for (const file of files) {
    const image = await uploadImage(file);
    insertAtCursor(`![${file.name}](${image.src})`);
  }
}

export class Wards {
  // Within the transaction of whoever calls, when there is one.
  async fetchWard(id: string) {
    return this.prisma.txClient().ward.findUnique({ where: { id } });
  }

  async wards(ids: string[]) {
    const found = [];
    for (const id of ids) {
      const ward = await this.fetchWard(id);
      found.push(ward);
    }
    return found;
  }
}

// Rows of the database: the checks of queries tell of them.
export async function rates(db: Database, currencies: string[]) {
  const found = [];
  for (const currency of currencies) {
    const rate = await fetchRate(db, currency);
    found.push(rate);
  }
  return found;
}

// Files that lie beside the module.
export async function loadFonts() {
  const thin = await fetch(new URL("./thin.woff2", import.meta.url));
  const bold = await fetch(new URL("./bold.woff2", import.meta.url));
  const wide = await fetch(new URL("./wide.woff2", import.meta.url));
  return [thin, bold, wide];
}
