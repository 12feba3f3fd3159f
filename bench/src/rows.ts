import type { Row } from './row.ts';
import { bulk, tlsBulk } from './rows/bulk.ts';
import { bundle } from './rows/bundle.ts';
import { byteByByte } from './rows/byte-by-byte.ts';
import { echo } from './rows/echo.ts';
import { fanOut } from './rows/fan-out.ts';
import { int32, lines, netstrings } from './rows/framed.ts';
import { growth } from './rows/growth.ts';
import { idle } from './rows/idle.ts';
import { observedRows } from './rows/observed.ts';
import { poems } from './rows/poems.ts';
import { processes } from './rows/processes.ts';
import { resp } from './rows/resp.ts';
import { simulation } from './rows/simulation.ts';
import { startUp } from './rows/start-up.ts';
import { storm } from './rows/storm.ts';
import { timers } from './rows/timers.ts';
import { tlsEcho, tlsLines } from './rows/tls-echo.ts';
import { tlsHandshakes } from './rows/tls-handshakes.ts';

/** Every row, in the order of the table. */
export const rows: readonly Row[] = [
  echo,
  growth,
  ...lines,
  netstrings,
  int32,
  resp,
  byteByByte,
  fanOut,
  timers,
  poems,
  ...bulk,
  tlsHandshakes,
  ...tlsBulk,
  tlsEcho,
  ...tlsLines,
  idle,
  storm,
  simulation,
  startUp,
  bundle,
  ...observedRows,
  processes,
];
