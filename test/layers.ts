/** One layer of `packages/couplet/src`. */
export interface Layer {
  /** Its folders, which do not import each other. */
  readonly folders: readonly string[];
  /** The only folders that they import from; every folder of a layer below unless set. */
  readonly from?: readonly string[];
  /** Whether they may use what only one runtime has: `node:` modules and its globals. */
  readonly runtime?: true;
}

/** The layers, from below. */
export const LAYERS: readonly Layer[] = [
  { folders: ['seam'] },
  { folders: ['values', 'machine'] },
  { folders: ['bytes'] },
  { folders: ['address', 'time'] },
  { folders: ['filters', 'framing'] },
  { folders: ['protocol'] },
  { folders: ['receivers', 'haproxy', 'policies'] },
  { folders: ['engine'] },
  { folders: ['reactor'] },
  { folders: ['endpoints'] },
  { folders: ['connection', 'relay', 'services'] },
  { folders: ['backends'], from: ['seam'], runtime: true },
  { folders: ['sim', 'testing'] },
  { folders: ['entry'], runtime: true },
];
