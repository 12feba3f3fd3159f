import type { Row } from './row.ts';
import { bulk } from './rows/bulk.ts';
import { echo } from './rows/echo.ts';
import { idle } from './rows/idle.ts';
import { poems } from './rows/poems.ts';
import { storm } from './rows/storm.ts';

/** Every row, in the order of the table. */
export const rows: readonly Row[] = [echo, poems, bulk, idle, storm];
