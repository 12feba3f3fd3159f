// Exercise 1, solved: what does a slower server change?
//
// Three servers as those of `npm start`: the first sends 2,957 bytes, 30 at a time; the second 605 and the third 648, 10 at a time. The
// second and the third wait 0.1 s between two pieces. The first is started with `--delay 0.5`.
//
// 2,957 bytes are 98 pieces of 30 and one of 17: 98 pauses of 0.5 s. The others stay as they were, and all at once the longest counts.

export const seconds = {
  /** What each poem takes, if nobody else downloads. */
  first: 49,
  second: 6,
  third: 6.4,
  /** What all three take with `get-poetry --blocking`. */
  oneAfterTheOther: 61.4,
  /** What all three take with `get-poetry`. */
  allAtOnce: 49,
};
