import { readFileSync } from 'node:fs';
import process from 'node:process';
import { EndpointSyntaxError, oneLine } from 'couplet';
import { HELP, type Request, requestOf } from '../top/command-line.ts';
import { frameFrom, framesFrom, InquiryError } from '../top/inquiry.ts';
import { showLive } from '../top/live.ts';
import { questionOf } from '../top/question.ts';
import { printed } from '../top/screen.ts';
import { frameOf } from '../top/shown-frame.ts';
import { UsageError } from '../top/usage-error.ts';

/** How wide the table is where there is no terminal. */
const WIDE = 160;

async function run(request: Request): Promise<void> {
  const { once, json, target, look, every } = request;
  const inquiry = questionOf(request, look, every);
  if (json && !once) {
    for await (const frame of framesFrom(inquiry, new AbortController().signal)) say(frame);
    return;
  }
  const { TERM: terminal } = process.env;
  if (!once && process.stdout.isTTY && terminal !== 'dumb') return showLive(request);
  const text = await frameFrom(inquiry);
  const frame = frameOf(text);
  if (frame === undefined) throw new InquiryError(`${target.name}: what it answers is not a frame of this version`);
  if (json) say(text);
  else process.stdout.write(printed({ target: target.name, frame, offset: 0 }, look, process.stdout.columns ?? WIDE));
}

/** Prints a frame in one line, in which nothing is left that a terminal could obey. */
function say(frame: string): void {
  process.stdout.write(`${oneLine(frame.trim())}\n`);
}

function version(): string {
  const manifest: unknown = JSON.parse(
    readFileSync(new URL(import.meta.resolve('couplet-inspector/package.json')), 'utf8'),
  );
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest ? String(manifest.version) : '';
}

async function main(): Promise<number> {
  try {
    const request = requestOf(process.argv.slice(2), process.env);
    if (request === 'help') process.stdout.write(HELP);
    else if (request === 'version') process.stdout.write(`${version()}\n`);
    else await run(request);
    return 0;
  } catch (error) {
    const usage = error instanceof UsageError || error instanceof EndpointSyntaxError;
    const what = oneLine(`couplet-top: ${error instanceof Error ? error.message : String(error)}`);
    process.stderr.write(`${what}${usage ? ' (see couplet-top --help)' : ''}\n`);
    return usage ? 2 : 1;
  }
}

// The reader may leave before the end.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => process.exit(1));
process.exitCode = await main();
