// Exercise 1: what does a slower server change?
//
// Three servers as those of `npm start`: the first sends 2,957 bytes, 30 at a time; the second 605 and the third 648, 10 at a time. The
// second and the third wait 0.1 s between two pieces. The first is started with `--delay 0.5`.
//
// How long does each download take, in seconds? Half a second more or less is right. Then measure it: the page says how.

export const seconds = {
  /** What each poem takes, if nobody else downloads. */
  first: 10,
  second: 6,
  third: 6.4,
  /** What all three take with `get-poetry --blocking`. */
  oneAfterTheOther: 22.4,
  /** What all three take with `get-poetry`. */
  allAtOnce: 10,
};
