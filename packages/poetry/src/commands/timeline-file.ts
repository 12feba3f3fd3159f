import { randomBytes } from 'node:crypto';
import { accessSync, constants, existsSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import process from 'node:process';
import { InvalidArgumentError } from 'commander';
import type { Reactor } from 'couplet';
import type { Recording } from 'couplet-inspector/timeline';
import { Recorder } from '../download/recorder.ts';
import type { SessionWatcher } from '../download/session-events.ts';
import { whenInterrupted } from './interruption.ts';
import { complain } from './output.ts';

type Drawing = typeof import('couplet-inspector/timeline');

/** What is written for each suffix. */
const FORMATS: Readonly<Record<string, (drawing: Drawing, recording: Recording, language: 'en' | 'zh') => string>> = {
  '.svg': ({ timelineSVG }, recording, language) => timelineSVG(recording, { language }),
  '.html': ({ timelineHTML }, recording, language) => timelineHTML(recording, { language }),
  '.json': ({ traceOf }, recording) => `${JSON.stringify(traceOf(recording))}\n`,
};

/** A name such as `poetry.zh-CN.svg` says that the words are to be Chinese. */
const CHINESE = /\.zh(-\w+)?\.\w+$/i;

/** Collects the files of an option that may be repeated. */
export function timelineFiles(file: string, previous: readonly string[] = []): readonly string[] {
  if (FORMATS[extname(file)] !== undefined) return [...previous, file];
  throw new InvalidArgumentError(`It must end in ${Object.keys(FORMATS).join(', ')}.`);
}

/** Gives the watchers that record a run of that name. */
export type WatchRun = (name: string) => readonly SessionWatcher[];

/**
 * Runs `main`, which has its runs recorded, and writes what was recorded to the files: when `main` has ended, however it did, and when
 * the program is interrupted. Throws an `Error` that names a file if it cannot be written, before `main` runs where that is known.
 */
export async function withTimelines<Result>(
  reactor: Reactor,
  files: readonly string[],
  main: (record: WatchRun) => Promise<Result>,
): Promise<Result> {
  if (files.length === 0) return main(() => []);
  for (const file of files) checkWritable(file);
  // Only who asks for a timeline loads what draws it, and before it is needed: an interrupted program cannot wait.
  const drawing = await import('couplet-inspector/timeline');
  const recorders: Recorder[] = [];
  let written = false;
  const write = (): void => {
    if (written) return;
    written = true;
    for (const file of files) writeTimeline(file, drawing, recorders);
  };
  const writeNow = (): void => {
    try {
      write();
    } catch (error) {
      complain(`get-poetry: ${error instanceof Error ? error.message : error}`);
    }
  };
  const forget = whenInterrupted(writeNow);
  // Such as for an output that is closed.
  process.on('exit', writeNow);
  try {
    return await main((name) => {
      const recorder = new Recorder(reactor, name);
      recorders.push(recorder);
      return [recorder.watch];
    });
  } finally {
    forget();
    process.off('exit', writeNow);
    write();
  }
}

function writeTimeline(file: string, drawing: Drawing, recorders: readonly Recorder[]): void {
  const language = CHINESE.test(basename(file)) ? 'zh' : 'en';
  const runs = recorders.map((recorder) => recorder.run(language === 'zh' ? '任务' : 'Task'));
  const text = FORMATS[extname(file)]?.(drawing, { runs }, language) ?? '';
  writeWhole(file, text);
}

/** Writes a file that is there as a whole or, as before, not at all. */
function writeWhole(file: string, text: string): void {
  const target = existsSync(file) ? realpathSync(file) : file;
  const draft = join(dirname(target), `.${basename(target)}.${randomBytes(4).toString('hex')}`);
  try {
    writeFileSync(draft, text, { flag: 'wx' });
    renameSync(draft, target);
  } catch (error) {
    rmSync(draft, { force: true });
    throw cannotWrite(file, error);
  }
}

/** Throws an `Error` unless the file's folder is there and takes a file. */
function checkWritable(file: string): void {
  try {
    // With a slash behind it, a file has another error than a folder that is closed.
    accessSync(`${dirname(file)}/`, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw cannotWrite(file, error);
  }
  if (statSync(file, { throwIfNoEntry: false })?.isDirectory() === true)
    throw new Error(`timeline '${file}' is a folder, not a file`);
}

const CAUSES: Readonly<{ [code: string]: string }> = {
  ENOENT: 'its folder does not exist',
  ENOTDIR: 'its folder is a file',
  EACCES: 'its folder is not writable',
  EPERM: 'its folder is not writable',
  EROFS: 'its folder is not writable',
  ENOSPC: 'the disk is full',
};

function cannotWrite(file: string, error: unknown): Error {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return new Error(`timeline '${file}' cannot be written: ${CAUSES[code] ?? code}`, { cause: error });
}
