/** What can be done to a poem, by name. Knows nothing of networks. */
export class TransformService {
  readonly #transforms: ReadonlyMap<string, (poem: string) => string> = new Map([
    ['cummingsify', (poem: string) => poem.toLowerCase()],
    ['backwards', (poem: string) => poem.split('\n').reverse().join('\n')],
  ]);

  /** The names of the transforms. */
  get names(): readonly string[] {
    return [...this.#transforms.keys()];
  }

  /** The poem, transformed; undefined when there is no transform of that name. */
  transform(name: string, poem: string): string | undefined {
    return this.#transforms.get(name)?.(poem);
  }
}
