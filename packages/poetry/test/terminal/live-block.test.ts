import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { Clock } from 'couplet/testing';
import { LiveBlock } from '../../src/terminal/live-block.ts';
import type { TaskStep } from '../../src/values/session-events.ts';
import { Screen } from './screen.ts';

const FIRST = { task: 1, address: '127.0.0.1:10000' };
const SECOND = { task: 2, address: '127.0.0.1:10001' };

/** A screen that counts how often a block was drawn on it. */
class CountingScreen extends Screen {
  drawings = 0;

  override write(text: string): void {
    if (text.includes('Task')) this.drawings += 1;
    super.write(text);
  }
}

/** A block of two tasks on a screen, below the line of the command. */
class Stage {
  readonly clock = new Clock();
  readonly screen = new CountingScreen();
  readonly block: LiveBlock;

  constructor(t: TestContext, expected?: readonly number[]) {
    this.screen.write('$ get-poetry\r\n');
    this.block = new LiveBlock(this.screen, this.clock, expected);
    t.after(() => this.block.close());
    this.block.watch({ ms: 0, event: 'begun', blocking: false, tasks: [FIRST, SECOND] });
  }

  get timers(): number {
    return this.clock.getDelayedCalls().length;
  }

  tell(...steps: readonly TaskStep[]): void {
    for (const step of steps) this.block.watch({ ms: this.clock.now(), ...step });
  }

  /** What is shown below the line of the command: the task, its bytes and how it stands. */
  get shown(): readonly string[] {
    const [first, ...lines] = this.screen.lines;
    assert.equal(first, '$ get-poetry');
    return lines.map((line) =>
      line
        .replace(/[█░]+ +/, '')
        .replace(/ +127.*| {2,}(?=\S)/g, ' ')
        .trimEnd(),
    );
  }
}

const connected = (task: number): TaskStep => ({ event: 'connected', task });
const chunk = (task: number, bytes: number): TaskStep => ({ event: 'chunk', task, bytes });

describe('the live block', () => {
  it('C-2: shows who waits, who receives and who is done, and is gone when all have ended', (t) => {
    const stage = new Stage(t);
    assert.deepEqual(stage.shown, ['Task 1 0 B waiting', 'Task 2 0 B waiting']);
    assert.equal(stage.screen.cursorVisible, false);
    stage.tell(connected(1), connected(2), chunk(1, 30));
    stage.clock.advance(200);
    assert.deepEqual(stage.shown, ['Task 1 30 B 300 B/s receiving', 'Task 2 0 B waiting']);
    stage.clock.advance(800);
    stage.tell(chunk(1, 970), { event: 'finished', task: 1, bytes: 1000 });
    stage.clock.advance(100);
    assert.deepEqual(stage.shown, ['Task 1 1.0 kB 1.0 kB/s done', 'Task 2 0 B waiting']);
    stage.tell({ event: 'failed', task: 2, bytes: 0, reason: 'connection refused' });
    assert.deepEqual(stage.shown, []);
    assert.deepEqual([stage.screen.cursorVisible, stage.timers, stage.screen.listeners], [true, 0, 0]);
  });

  it('C-2: is drawn at most ten times a second, however much arrives, with one timer', (t) => {
    const stage = new Stage(t, [100_000, 10]);
    stage.tell(connected(1));
    const before = stage.screen.drawings;
    for (let ms = 0; ms < 1000; ms += 1) {
      stage.tell(chunk(1, 50), chunk(1, 49));
      assert.ok(stage.timers <= 1);
      stage.clock.advance(1);
    }
    assert.equal(stage.screen.drawings - before, 10);
    assert.deepEqual(stage.shown, ['Task 1 99.0 kB 99 % 99.0 kB/s receiving', 'Task 2 0 B 0 % waiting']);
  });

  it('C-2: sees that nothing arrives any more, and then has no timer', (t) => {
    const stage = new Stage(t);
    assert.equal(stage.timers, 0);
    stage.tell(connected(1), chunk(1, 30));
    stage.clock.advance(999);
    assert.match(stage.shown[0] ?? '', /receiving/);
    stage.clock.advance(1);
    assert.deepEqual([stage.shown[0], stage.timers], ['Task 1 30 B waiting', 0]);
    const { drawings } = stage.screen;
    stage.clock.advance(60_000);
    assert.equal(stage.screen.drawings, drawings);
    stage.tell(chunk(1, 30));
    assert.match(stage.shown[0] ?? '', /60 B .*receiving/);
  });

  it('moves down for lines that stay', (t) => {
    const stage = new Stage(t);
    for (const line of ['Task 2 finished', 'a line that is longer than the terminal is wide: '.padEnd(100, '.')]) {
      stage.block.lift();
      stage.screen.write(`${line}\r\n`);
      stage.block.lower();
    }
    stage.clock.advance(100);
    const [, first, second, , third, fourth] = stage.screen.lines;
    assert.equal(first, 'Task 2 finished');
    assert.match(second ?? '', /^a line that is longer/);
    assert.match(`${third}\n${fourth}`, /^Task 1 .*\nTask 2 /);
    stage.block.close();
    assert.equal(stage.screen.lines.length, 4);
  });

  for (const wraps of [true, false]) {
    it(`C-2: survives a resize of a terminal that ${wraps ? 'breaks its lines again' : 'leaves its lines'}`, (t) => {
      const stage = new Stage(t, [100, 100]);
      stage.tell(chunk(1, 50));
      for (const columns of [30, 100, 12, 200, 80]) {
        stage.screen.resize(columns, wraps);
        stage.clock.advance(100);
        assert.equal(stage.screen.lines.length, 3, stage.screen.text);
        for (const line of stage.screen.lines.slice(1)) assert.ok(line.length < columns, line);
      }
      assert.deepEqual(stage.shown, ['Task 1 50 B 50 % 100 B/s receiving', 'Task 2 0 B 0 % waiting']);
      stage.block.close();
      assert.equal(stage.screen.text, '$ get-poetry');
    });
  }
});
