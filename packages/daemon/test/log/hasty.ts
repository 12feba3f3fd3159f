import { Clock } from 'couplet/testing';
import { openDestination } from '../../src/log/destination.ts';

// Writes lines to standard output, and is gone before the event loop turns.
const destination = openDestination({ queueBytes: 1_000_000, clock: new Clock() });
for (let n = 1; n <= 20; n += 1) destination.write(`line ${n}\n`);
process.exit();
