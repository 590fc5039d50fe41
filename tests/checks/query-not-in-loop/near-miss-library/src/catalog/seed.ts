import { readFile } from 'node:fs/promises';

/** The catalogue of seeds is a folder of files. */
export default class Seed {
  static async findAll(name: string): Promise<string[]> {
    const listed = (await readFile('catalog/index.txt', 'utf8')).split('\n');
    return listed.filter((one) => one.includes(name));
  }

  static async findOneByKey(key: string): Promise<string> {
    return await readFile(`catalog/${key}.txt`, 'utf8');
  }
}
