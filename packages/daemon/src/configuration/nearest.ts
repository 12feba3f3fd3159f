/** The name that is most like what was written, if one is near enough to be meant; undefined if none is. */
export function nearest(written: string, names: Iterable<string>): string | undefined {
  let best: string | undefined;
  // A third of the letters may be wrong, at least one.
  let least = Math.min(3, Math.max(1, Math.floor(written.length / 3))) + 1;
  // The distance takes time by the product of the lengths, and what was written may be long.
  if (written.length > 100) return undefined;
  for (const name of names) {
    const far = distance(written.toLowerCase(), name.toLowerCase());
    if (far < least) [best, least] = [name, far];
  }
  return best;
}

/** A question that offers the nearest name, to end an error with; nothing if no name is near. */
export function suggestion(written: string, names: Iterable<string>, prefix = ''): string {
  const name = nearest(written, names);
  return name === undefined ? '' : `; did you mean '${prefix}${name}'?`;
}

/** How many letters have to be put in, left out, replaced or swapped with the next (the restricted Damerau-Levenshtein distance). */
function distance(from: string, to: string): number {
  let before: number[] = [];
  let above = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (let row = 1; row <= from.length; row += 1) {
    const here = [row];
    for (let at = 1; at <= to.length; at += 1) {
      const same = from[row - 1] === to[at - 1];
      const cost = Math.min((above[at] ?? 0) + 1, (here[at - 1] ?? 0) + 1, (above[at - 1] ?? 0) + (same ? 0 : 1));
      const swapped = row > 1 && at > 1 && from[row - 1] === to[at - 2] && from[row - 2] === to[at - 1];
      here.push(swapped ? Math.min(cost, (before[at - 2] ?? 0) + 1) : cost);
    }
    [before, above] = [above, here];
  }
  return above[to.length] ?? 0;
}
