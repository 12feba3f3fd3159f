/** An event as it is read from a file. */
interface Event {
  readonly ph: string;
  readonly name: string;
  readonly cat?: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts: number;
  readonly dur?: number;
  readonly id?: number;
  readonly s?: string;
  readonly args?: Readonly<Record<string, unknown>>;
}

/** What is wrong with the events of a trace: a line for each. */
export function checkTrace(events: readonly Event[]): string[] {
  const faults: string[] = [];
  const open = new Map<string, number[]>();
  const spans = new Set<string>();
  let latest = 0;
  for (const [at, event] of events.entries()) {
    const fault = (text: string): number => faults.push(`event ${at}, ${event.ph} ${event.name}: ${text}`);
    const { ph, ts, dur = 0, pid, tid } = event;
    if (!/^[MXiCbe]$/.test(ph)) fault('its kind');
    if (event.name === '' || ![ts, dur, pid, tid].every((value) => Number.isSafeInteger(value) && value >= 0))
      fault('a field');
    if (ts < latest) fault(`${ts} comes after ${latest}`);
    latest = ts;
    if ((ph === 'X') !== (event.dur !== undefined)) fault('its dur');
    if (ph === 'i' && event.s !== 't') fault('its scope');
    if (ph === 'C' && !Object.values(event.args ?? {}).every((value) => typeof value === 'number')) fault('its args');
    if (ph === 'X') {
      const track = `${pid}/${tid}`;
      const ends = open.get(track) ?? [];
      open.set(track, ends);
      while ((ends.at(-1) ?? Number.POSITIVE_INFINITY) <= ts) ends.pop();
      if (ts + dur > (ends.at(-1) ?? Number.POSITIVE_INFINITY)) fault(`it overlaps on ${track}`);
      ends.push(ts + dur);
    }
    const span = `${pid}/${event.cat}/${event.id}`;
    if (ph === 'b' && (event.cat === undefined || event.id === undefined || spans.has(span))) fault('its begin');
    if (ph === 'b') spans.add(span);
    if (ph === 'e' && !spans.delete(span)) fault('its end');
  }
  for (const span of spans) faults.push(`${span} never ends`);
  return faults;
}
