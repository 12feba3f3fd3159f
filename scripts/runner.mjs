// Runs test files, each in a process of its own with a limit of time, some at once, and counts what they did.
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { judge } from './differences.mjs';
import { testsOf } from './junit.mjs';
import { RUNTIMES } from './runtimes.mjs';

/** How much of what a file printed is shown when it fails. */
const SHOWN = 8000;
/** In the environment of all that a file starts: the marks of the files around it, and its own. */
const MARKS = 'COUPLET_TEST_MARKS';

export class Runner {
  /**
   * The time in seconds that a file may take, how many run at once, the folder with the lists of known differences, and what a runtime gets in
   * its environment.
   */
  #limit;
  #slots;
  #differences;
  #env;
  #folder = mkdtempSync(join(tmpdir(), 'couplet-test-'));
  /** The marks of the processes that run, by process. */
  #running = new Map();
  #begun = 0;
  /** The known differences by runtime. */
  #known = new Map();
  #counts = new Map();

  constructor({ limit, slots, differences, env }) {
    this.#limit = limit;
    this.#slots = slots;
    this.#differences = differences;
    this.#env = env;
  }

  /** Runs files, in this order, each on its runtime: pairs of a runtime's name and a path. Returns whether nothing failed. */
  async run(tasks) {
    // What runs when this is interrupted does not stay.
    for (const signal of ['SIGINT', 'SIGTERM'])
      process.once(signal, () => {
        for (const [child, mark] of this.#running) endAll(child, mark);
        process.exit(1);
      });
    for (const name of new Set(tasks.map(([runtime]) => runtime))) this.#begin(name);
    const waiting = [...tasks];
    try {
      await Promise.all(
        Array.from({ length: this.#slots }, async () => {
          for (let task = waiting.shift(); task !== undefined; task = waiting.shift()) await this.#runFile(...task);
        }),
      );
    } finally {
      rmSync(this.#folder, { recursive: true });
    }
    return this.#sum();
  }

  #begin(runtime) {
    this.#counts.set(runtime, { files: 0, passed: 0, failed: 0, known: 0, seconds: 0 });
    const path = join(this.#differences, `${runtime}.json`);
    const known = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {};
    this.#known.set(runtime, known);
    for (const file of Object.keys(known))
      if (!existsSync(file)) this.#fail(runtime, `${path} has ${file}, which does not exist`);
  }

  /** Runs a file, and counts. */
  async #runFile(runtime, file) {
    const known = this.#known.get(runtime)[file] ?? {};
    const report = join(this.#folder, `${runtime}-${file.replaceAll('/', '-')}.xml`);
    const begun = performance.now();
    const { output, status, late } = await this.#ended(runtime, file, report);
    const seconds = (performance.now() - begun) / 1000;
    const tests = existsSync(report) ? testsOf(readFileSync(report, 'utf8')) : new Map();
    const count = (outcome) => [...tests.values()].filter((test) => test.outcome === outcome).length;
    const wrong = late ? [`it did not end within ${this.#limit} s`] : judge(tests, known);
    // What breaks outside of a test is in no report.
    if (wrong.length === 0 && status !== 0 && count('failed') === 0) wrong.push(`it ended with status ${status}`);
    const skipped = RUNTIMES[runtime].nothing?.test(output) === true;
    if (wrong.length === 0 && tests.size === 0 && !skipped) wrong.push('it has no tests');
    const differences = Object.keys(known).length;
    const parts = [`${count('passed')} passed`];
    if (wrong.length > 0) parts.push(`${wrong.length} failed`);
    if (count('skipped') > 0) parts.push(`${count('skipped')} skipped`);
    if (differences > 0) parts.push(`${differences} known to differ`);
    console.log(`${runtime} ${file}: ${parts.join(', ')} (${seconds.toFixed(1)} s)`);
    if (wrong.length > 0) console.log(output);
    for (const line of wrong) this.#fail(runtime, `${file}: ${line}`);
    const counts = this.#counts.get(runtime);
    counts.files += 1;
    counts.passed += count('passed');
    counts.known += differences;
    counts.seconds += seconds;
  }

  #fail(runtime, line) {
    this.#counts.get(runtime).failed += 1;
    console.log(`  ${runtime}: ${line}`);
  }

  /** Resolves when a file has been run, or was ended because it takes too long. Nothing that it started stays. */
  #ended(runtime, file, report) {
    const { program, words } = RUNTIMES[runtime];
    // Not a pipe: what outlives the file would keep it open.
    const path = `${report}.log`;
    const log = openSync(path, 'w');
    // A test that runs this would be asked for its own report otherwise.
    const env = { ...process.env, ...this.#env(runtime), NO_COLOR: '1', NODE_TEST_CONTEXT: undefined };
    this.#begun += 1;
    const mark = `${process.pid}.${this.#begun}`;
    env[MARKS] = `${env[MARKS] ?? ''}${mark};`;
    const child = spawn(program, words(file, report), { stdio: ['ignore', log, log], detached: true, env });
    closeSync(log);
    this.#running.set(child, mark);
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      endAll(child, mark);
    }, this.#limit * 1000);
    return new Promise((resolve) => {
      const end = (status) => {
        clearTimeout(timer);
        this.#running.delete(child);
        resolve({ output: readFileSync(path, 'utf8').slice(-SHOWN), status, late });
      };
      child.once('error', (error) => {
        console.log(String(error));
        end(-1);
      });
      child.once('exit', (status) => {
        endAll(child, mark);
        end(status);
      });
    });
  }

  /** Prints what was counted on each runtime, and in all. */
  #sum() {
    const total = { passed: 0, failed: 0, known: 0 };
    for (const [runtime, counts] of this.#counts) {
      const { files, passed, failed, known, seconds } = counts;
      const { title, program } = RUNTIMES[runtime];
      const version = spawnSync(program, ['--version'], { encoding: 'utf8' }).stdout.split('\n')[0].trim();
      const differences = known === 0 ? '' : `, ${known} known differences`;
      console.log(
        `${runtime} (${title}: ${version}), ${files} files, ${seconds.toFixed(0)} s: ${passed} passed and ${failed} failed${differences}`,
      );
      for (const key of Object.keys(total)) total[key] += counts[key];
    }
    if (total.known > 0) console.log(`${total.known} known differences`);
    console.log(`${total.passed} passed, ${total.failed} failed`);
    return total.failed === 0;
  }
}

/** Ends a process and all that it started: it leads a group of its own, and what has left that has its mark. */
function endAll({ pid }, mark) {
  for (const one of [-pid, ...marked(mark)]) {
    try {
      process.kill(one, 'SIGKILL');
    } catch (error) {
      if (error.code !== 'ESRCH') throw error;
    }
  }
}

/** The processes with that mark, where the system tells the environment of a process. */
function marked(mark) {
  if (!existsSync('/proc/self/environ')) return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && marksOf(name).split(';').includes(mark))
    .map(Number);
}

function marksOf(pid) {
  try {
    const { [MARKS]: marks = '' } = Object.fromEntries(
      readFileSync(`/proc/${pid}/environ`, 'latin1')
        .split('\0')
        .map((row) => row.split('=', 2)),
    );
    return marks;
  } catch {
    // It has ended meanwhile, or is another user's.
    return '';
  }
}
