import { randomBytes } from 'node:crypto';
import { accessSync, constants, lstatSync, readlinkSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, extname, join, resolve } from 'node:path';
import process from 'node:process';
import { InvalidArgumentError } from 'commander';
import type { Reactor } from 'couplet';
import type { Recording } from 'couplet-inspector/timeline';
import { whenInterrupted } from '../terminal/interruption.ts';
import { complain } from '../terminal/output.ts';
import type { SessionWatcher } from '../values/session-events.ts';
import { Recorder } from './recorder.ts';

type Drawing = typeof import('couplet-inspector/timeline');

/** What the name of a file says of the drawing in it. */
interface Wishes {
  readonly language: 'en' | 'zh';
  readonly moving: boolean;
}

/** What is written for each suffix. */
const FORMATS: Readonly<Record<string, (drawing: Drawing, recording: Recording, wishes: Wishes) => string>> = {
  '.svg': ({ timelineSVG }, recording, wishes) => timelineSVG(recording, wishes),
  '.html': ({ timelineHTML }, recording, wishes) => timelineHTML(recording, wishes),
  '.json': ({ traceOf }, recording) => `${JSON.stringify(traceOf(recording))}\n`,
};

/** A name such as `poetry.zh-CN.svg` says that the words are to be Chinese. */
const CHINESE = /\.zh(-\w+)?\.\w+$/i;
/** One such as `poetry.moving.svg` says that it is to be played. */
const MOVING = /\.moving\./i;

/** Collects the files of an option that may be repeated. */
export function timelineFiles(file: string, previous: readonly string[] = []): readonly string[] {
  if (FORMATS[extname(file)] !== undefined) return [...previous, file];
  throw new InvalidArgumentError('It must end in .svg, .html or .json.');
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
  const targets = files.map(targetOf);
  // Only who asks for a timeline loads what draws it, and before it is needed: an interrupted program cannot wait.
  const drawing = await import('couplet-inspector/timeline');
  const recorders: Recorder[] = [];
  let written = false;
  const write = (): void => {
    if (written) return;
    written = true;
    const failures = targets.flatMap((target) => writeTimeline(target, drawing, recorders));
    if (failures.length > 0) throw new Error(failures.join('; '));
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

/** Where a timeline goes. */
interface Target {
  /** As it was given. */
  readonly file: string;
  /** The same, or what it links to. */
  readonly path: string;
}

/** Writes a timeline. Returns why it could not, if so. */
function writeTimeline({ file, path }: Target, drawing: Drawing, recorders: readonly Recorder[]): readonly string[] {
  const name = basename(file);
  const language = CHINESE.test(name) ? 'zh' : 'en';
  const runs = recorders.map((recorder) => recorder.run(language === 'zh' ? '任务' : 'Task'));
  try {
    writeWhole(path, FORMATS[extname(file)]?.(drawing, { runs }, { language, moving: MOVING.test(name) }) ?? '');
    return [];
  } catch (error) {
    return [cannotWrite(file, error).message];
  }
}

/** Writes a file that is there as a whole or, as before, not at all. Who may read it stays as it was. */
function writeWhole(path: string, text: string): void {
  const mode = statSync(path, { throwIfNoEntry: false })?.mode ?? 0o666;
  const draft = join(dirname(path), `.timeline-${randomBytes(8).toString('hex')}`);
  try {
    writeFileSync(draft, text, { flag: 'wx', mode });
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

/** Where the timeline of that file goes. Throws an `Error` unless there is a file, or a folder that takes one. */
function targetOf(file: string): Target {
  try {
    const path = withoutLinks(file);
    // With a slash behind it, a file has another error than a folder that is closed.
    accessSync(`${dirname(path)}/`, constants.W_OK | constants.X_OK);
    const there = statSync(path, { throwIfNoEntry: false });
    if (there === undefined || there.isFile()) return { file, path };
    throw new Error(there.isDirectory() ? 'it is a folder' : 'it is not a regular file');
  } catch (error) {
    throw cannotWrite(file, error);
  }
}

/** What a symbolic link leads to, whether that is there or not. */
function withoutLinks(file: string): string {
  let path = file;
  for (let links = 0; lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true; links += 1) {
    if (links === MOST_LINKS) throw new Error('it links to itself');
    path = resolve(dirname(path), readlinkSync(path));
  }
  return path;
}

/** As many as Linux follows. */
const MOST_LINKS = 40;

const CAUSES: Readonly<{ [code: string]: string }> = {
  ENOENT: 'its folder does not exist',
  ENOTDIR: 'its folder is a file',
  EACCES: 'its folder is not writable',
  EPERM: 'its folder is not writable',
  EROFS: 'its folder is not writable',
  ENOSPC: 'the disk is full',
  ENAMETOOLONG: 'its name is too long',
};

function cannotWrite(file: string, error: unknown): Error {
  const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
  const why = code === undefined && error instanceof Error ? error.message : (code ?? String(error));
  return new Error(`timeline '${file}' cannot be written: ${CAUSES[why] ?? why}`, { cause: error });
}
