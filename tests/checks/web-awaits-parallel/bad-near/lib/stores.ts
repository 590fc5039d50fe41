import fs from "fs";
import path from "path";

export class FolderStore {
  async loadScan(name: string): Promise<Buffer> {
    return fs.readFileSync(path.join("/var/scans", name));
  }
}

export class BucketStore {
  async loadScan(name: string): Promise<Buffer> {
    const answer = await fetch(`${process.env.BUCKET}/${name}`);
    return Buffer.from(await answer.arrayBuffer());
  }
}

export class StoreProvider {
  static getProvider() {
    return process.env.BUCKET ? new BucketStore() : new FolderStore();
  }
}

/** The folder of the machine, unless somebody has set up a bucket. */
export const loadScan = async (name: string): Promise<Buffer> => {
  const provider = StoreProvider.getProvider();
  return provider.loadScan(name);
};
