/** The transforms of a poem, by name. Knows nothing of networks. */
export class TransformService {
  readonly #transforms: ReadonlyMap<string, (poem: string) => string> = new Map([
    ['cummingsify', (poem: string) => poem.toLowerCase()],
    ['backwards', backwards],
  ]);

  /** The names of the transforms. */
  get names(): readonly string[] {
    return [...this.#transforms.keys()];
  }

  /** The poem, transformed; undefined if no transform has that name. */
  transform(name: string, poem: string): string | undefined {
    return this.#transforms.get(name)?.(poem);
  }
}

/** The last line first. A newline at the end of the poem stays there. */
function backwards(poem: string): string {
  const end = poem.endsWith('\n') ? '\n' : '';
  return (
    poem
      .slice(0, poem.length - end.length)
      .split('\n')
      .reverse()
      .join('\n') + end
  );
}
