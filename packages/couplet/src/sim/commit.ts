import type { Surroundings } from '../seam/surroundings.ts';

/** The abbreviated commit of the repository in whose root the process runs; empty if it runs elsewhere. */
export async function commitOf(files: Pick<Surroundings, 'readFile'>): Promise<string> {
  const read = async (path: string): Promise<string> => {
    const content = await files.readFile(`.git/${path}`);
    return 'kind' in content ? '' : content.toString('utf8').trim();
  };
  const head = await read('HEAD');
  const hash = head.startsWith('ref: ') ? await read(head.slice(5)) : head;
  return hash.slice(0, 12);
}
