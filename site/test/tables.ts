/** The rows of the tables in a text whose first cell is code, or is empty where the row above it goes on: what stands in their cells. */
export function rowsIn(prose: string): string[][] {
  return prose
    .split('\n')
    .filter((line) => /^\| +(?:`|\|)/.test(line))
    .map((line) =>
      line
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}
