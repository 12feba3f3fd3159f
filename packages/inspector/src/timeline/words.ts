/** The language of the words in a drawing. */
export type Language = 'en' | 'zh';

/** All words of a drawing. */
export interface Words {
  readonly thread: string;
  readonly waitsFor: (place: string) => string;
  readonly waitsForAny: (count: number) => string;
  readonly spans: Readonly<Record<'pending' | 'connecting' | 'waiting' | 'paused' | 'blocked', string>>;
  readonly span: (from: string, to: string) => string;
  readonly busy: (busy: string, total: string, share: string) => string;
  readonly under: (share: string) => string;
  readonly tasks: (count: number) => string;
  readonly finished: (bytes: number, time: string) => string;
  readonly failed: (reason: string) => string;
  readonly failedAt: (reason: string, bytes: number, time: string) => string;
  readonly unfinished: (bytes: number) => string;
  readonly received: (bytes: number) => string;
  readonly sent: (bytes: number) => string;
  readonly chunks: (count: number) => string;
  readonly callbacks: (count: number) => string;
  readonly ran: (time: string) => string;
  readonly magnified: (length: string) => string;
  readonly sinceStart: (time: string) => string;
  readonly times: (fast: string, slow: string, factor: string) => string;
  readonly nothing: string;
  readonly legend: Readonly<Record<'wait' | 'callback' | 'held' | 'chunk' | 'pending' | 'connecting', string>>;
  readonly keys: string;
  readonly colon: string;
  readonly comma: string;
}

const EN: Words = {
  thread: 'The one thread',
  waitsFor: (place) => `waits for ${place}`,
  waitsForAny: (count) => `waits for any of ${count}`,
  spans: {
    pending: 'waits its turn',
    connecting: 'connects',
    waiting: 'waits for bytes',
    paused: 'is paused',
    blocked: 'waits until its peer reads',
  },
  span: (from, to) => `${from} to ${to}`,
  busy: (busy, total, share) => `busy ${busy} of ${total} (${share})`,
  under: (share) => `under ${share}`,
  tasks: (count) => (count === 1 ? '1 task' : `${count} tasks`),
  finished: (bytes, time) => `✓ ${plural(bytes, 'byte')}, ${time}`,
  failed: (reason) => `✗ ${reason}`,
  failedAt: (reason, bytes, time) => `failed after ${plural(bytes, 'byte')}, ${time}: ${reason}`,
  unfinished: (bytes) => `… ${plural(bytes, 'byte')}, not finished`,
  received: (bytes) => `${plural(bytes, 'byte')} received`,
  sent: (bytes) => `${plural(bytes, 'byte')} sent`,
  chunks: (count) => plural(count, 'chunk'),
  callbacks: (count) => plural(count, 'callback'),
  ran: (time) => `ran ${time}`,
  magnified: (length) => `${length}, magnified`,
  sinceStart: (time) => `from ${time}`,
  times: (fast, slow, factor) => `${fast} instead of ${slow}: ${factor} times as fast`,
  nothing: 'nothing was recorded',
  legend: {
    wait: 'waits',
    callback: 'a callback runs',
    held: 'a callback runs 10 ms or longer',
    chunk: 'bytes arrive',
    pending: 'waits its turn',
    connecting: 'connects',
  },
  keys: 'wheel, + and −: zoom · drag, ← and →: move · 0: all',
  colon: ': ',
  comma: ', ',
};

const ZH: Words = {
  thread: '唯一的线程',
  // Between Chinese characters there is no space.
  waitsFor: (place) => (/^[\x21-\x7e]/.test(place) ? `等待 ${place}` : `等待${place}`),
  waitsForAny: (count) => `等待 ${count} 个任务中的任意一个`,
  spans: {
    pending: '等前面的任务',
    connecting: '正在连接',
    waiting: '等待数据',
    paused: '已暂停',
    blocked: '等对方读取',
  },
  span: (from, to) => `${from} 至 ${to}`,
  busy: (busy, total, share) => `${total} 中只忙 ${busy}（${share}）`,
  under: (share) => `不到 ${share}`,
  tasks: (count) => `${count} 个任务`,
  finished: (bytes, time) => `✓ ${bytes} 字节，${time}`,
  failed: (reason) => `✗ ${reason}`,
  failedAt: (reason, bytes, time) => `失败：收到 ${bytes} 字节，用时 ${time}：${reason}`,
  unfinished: (bytes) => `… ${bytes} 字节，未完成`,
  received: (bytes) => `收到 ${bytes} 字节`,
  sent: (bytes) => `发出 ${bytes} 字节`,
  chunks: (count) => `${count} 块`,
  callbacks: (count) => `${count} 次回调`,
  ran: (time) => `运行 ${time}`,
  magnified: (length) => `放大 ${length}`,
  sinceStart: (time) => `自 ${time} 起`,
  times: (fast, slow, factor) => `${fast}，而不是 ${slow}：速度是原来的 ${factor} 倍`,
  nothing: '没有记录',
  legend: {
    wait: '等待',
    callback: '回调运行',
    held: '回调运行 10 ms 以上',
    chunk: '数据到达',
    pending: '等前面的任务',
    connecting: '正在连接',
  },
  keys: '滚轮、+ 和 −：缩放 · 拖动、← 和 →：移动 · 0：全部',
  colon: '：',
  comma: '，',
};

/** The words of a language. */
export function wordsOf(language: Language): Words {
  return language === 'zh' ? ZH : EN;
}

function plural(count: number, noun: string): string {
  return count === 1 ? `1 ${noun}` : `${count} ${noun}s`;
}

/** A length of time, or a moment: `0.04 ms`, `9 ms`, `10.35 s`. */
export function shownTime(ms: number): string {
  const size = Math.abs(ms);
  if (size >= 999.5) return `${(ms / 1000).toFixed(2)} s`;
  const digits = size >= 9.95 ? 0 : size >= 0.995 ? 1 : 2;
  return `${Number(ms.toFixed(digits))} ms`;
}

/** A part of a whole in percent, such as `12.5 %` or `0.04 %`. */
export function shownShare(part: number, whole: number, words: Words): string {
  const percent = whole > 0 ? (100 * part) / whole : 0;
  if (percent > 0 && percent < 0.01) return words.under('0.01 %');
  return `${percent.toFixed(percent < 0.1 ? 2 : 1)} %`;
}
