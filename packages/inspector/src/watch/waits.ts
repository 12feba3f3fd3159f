import type { ConnectionView, WaitsFor } from 'couplet';
import { tenths } from './numbers.ts';

/** A time in which a connection waited for something. */
export type Wait = readonly [from: number, to: number, waiting: WaitsFor];

interface Course {
  waiting: WaitsFor;
  since: number;
  /** What is over, since it was asked for last. */
  over: Wait[];
}

/** What connections waited for, as far as looking at them now and then can tell. */
export class Waits {
  readonly #courses: Map<number, Course> = new Map();

  /** A connection was looked at. */
  note({ id, waiting }: ConnectionView, now: number): void {
    const course = this.#courses.get(id);
    if (course === undefined) this.#courses.set(id, { waiting, since: now, over: [] });
    else if (course.waiting !== waiting) {
      end(course, now);
      course.waiting = waiting;
      course.since = now;
    }
  }

  /** What a connection waited for since this was asked last, and still does. */
  take(id: number, now: number): readonly Wait[] {
    const course = this.#courses.get(id);
    if (course === undefined) return [];
    end(course, now);
    course.since = now;
    const { over } = course;
    course.over = [];
    return over;
  }

  /** Forgets all but these connections. */
  keep(ids: ReadonlySet<number>): void {
    for (const id of this.#courses.keys()) if (!ids.has(id)) this.#courses.delete(id);
  }
}

function end({ waiting, since, over }: Course, now: number): void {
  if (waiting !== 'nothing' && now > since) over.push([tenths(since), tenths(now), waiting]);
}
