/** One layer of the sources of a package. */
export interface Layer {
  /** Its folders, which do not import each other. */
  readonly folders: readonly string[];
  /** The only folders that they import from; every folder of a layer below unless set. */
  readonly from?: readonly string[];
  /** Whether they may use what only one runtime has: `node:` modules and its globals. */
  readonly runtime?: true;
}

/** The layers of `packages/couplet/src`, from below. */
export const LAYERS: readonly Layer[] = [
  { folders: ['seam'] },
  { folders: ['values', 'machine'] },
  { folders: ['bytes'] },
  { folders: ['address', 'time'] },
  { folders: ['filters', 'framing'] },
  { folders: ['protocol'] },
  { folders: ['receivers', 'haproxy', 'policies'] },
  { folders: ['engine'] },
  { folders: ['processes'] },
  { folders: ['reactor'] },
  { folders: ['endpoints'] },
  { folders: ['connection', 'relay', 'services'] },
  { folders: ['backends'], from: ['seam'], runtime: true },
  { folders: ['sim', 'testing'] },
  { folders: ['peer'], from: ['values'], runtime: true },
  { folders: ['entry'], runtime: true },
];

/** The layers of `packages/inspector/src`, from below. */
export const INSPECTOR_LAYERS: readonly Layer[] = [
  { folders: ['values', 'timeline'] },
  { folders: ['watch', 'web'] },
  { folders: ['surroundings'], from: [], runtime: true },
  { folders: ['serve'] },
  { folders: ['top'], from: ['values'], runtime: true },
  { folders: ['entry'], runtime: true },
];

/** The layers of `packages/daemon/src`, from below. It runs on Node alone. */
export const DAEMON_LAYERS: readonly Layer[] = [
  { folders: ['values'], runtime: true },
  { folders: ['log', 'metrics'], runtime: true },
  { folders: ['configuration'], runtime: true },
  { folders: ['ipc'], runtime: true },
  { folders: ['fleet', 'control', 'system'], runtime: true },
  { folders: ['application'], runtime: true },
  { folders: ['worker'], runtime: true },
  { folders: ['supervisor'], runtime: true },
  { folders: ['commands'], runtime: true },
  { folders: ['entry'], runtime: true },
];

/** The layers of `packages/poetry/src`, from below. It runs on Node alone. */
export const POETRY_LAYERS: readonly Layer[] = [
  { folders: ['values'], runtime: true },
  { folders: ['terminal', 'protocols'], runtime: true },
  { folders: ['command-line'], runtime: true },
  { folders: ['download'], runtime: true },
  { folders: ['session', 'plugin'], runtime: true },
  { folders: ['commands'], runtime: true },
];
