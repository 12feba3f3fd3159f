/**
 * What makes the drawing in an HTML document move: everything in `.timed` is stretched along the axis, words find the room that they have
 * now, the axis gets its ticks anew. Titles become the text beside the pointer.
 */
export const SCRIPT: string = `(() => {
'use strict';
const svg = document.querySelector('svg');
const tip = document.querySelector('#tip');
const number = (element, name) => Number(element.dataset[name]);
const [left, right, from, to] = ['left', 'right', 'begin', 'end'].map((name) => number(svg, name));
const perMs = (right - left) / (to - from);
const make = (tag, attributes, text = '') => {
  const element = document.createElementNS(svg.namespaceURI, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.textContent = text;
  return element;
};
const all = (selector) => [...svg.querySelectorAll(selector)];
const canvas = document.createElement('canvas').getContext('2d');
canvas.font = '11px ' + getComputedStyle(svg).fontFamily;

// The view: x on the sheet is zoom * x + shift.
let zoom = 1;
let shift = 0;
const place = (x) => zoom * x + shift;
const within = (x) => Math.min(right, Math.max(left, x));
const timeAt = (x) => from + ((x - shift) / zoom - left) / perMs;
const xAt = (ms) => place(left + (ms - from) * perMs);

const timed = all('.timed');
const words = all('text[data-words]').map((element) => ({
  element,
  texts: JSON.parse(element.dataset.words).map((text) => [text, canvas.measureText(text).width + 4]),
}));
const patterns = all('pattern:not(.still)').map((element) => [element, element.getAttribute('patternTransform')]);
const lenses = all('.lens').map((element) => [element, element.getAttribute('d')]);
const axes = all('.axis');

const shown = (ms, step) => {
  if (step >= 100) return (ms / 1000).toFixed(step >= 1000 ? 0 : 1) + ' s';
  const digits = step >= 1 ? 0 : step >= 0.1 ? 1 : 2;
  return to >= 1000 && step >= 10 ? (ms / 1000).toFixed(2) + ' s' : ms.toFixed(digits) + ' ms';
};

const moment = (ms) => (to >= 1000 ? (ms / 1000).toFixed(3) + ' s' : ms.toFixed(2) + ' ms');

function draw() {
  shift = Math.min(left - zoom * left, Math.max(right - zoom * right, shift));
  for (const group of timed) group.setAttribute('transform', 'matrix(' + zoom + ' 0 0 1 ' + shift + ' 0)');
  for (const [pattern, turn] of patterns) pattern.setAttribute('patternTransform', 'scale(' + 1 / zoom + ' 1) ' + turn);
  for (const { element, texts } of words) {
    const [begin, end] = ['from', 'to'].map((name) => within(place(number(element, name))));
    const [text = ''] = texts.find(([, width]) => width <= end - begin) ?? [];
    element.textContent = text;
    element.setAttribute('x', (begin + end) / 2);
  }
  for (const [lens, path] of lenses) {
    const [begin, end] = ['from', 'to'].map((name) => within(place(number(lens, name))));
    const [, y, rest] = /^M\\S+ (\\S+?)L\\S+ \\S+?(L.*)$/.exec(path);
    lens.setAttribute('d', 'M' + begin + ' ' + y + 'L' + end + ' ' + y + rest);
  }
  const least = 80 / perMs / zoom;
  const power = 10 ** Math.floor(Math.log10(least));
  const step = power * ([1, 2, 5].find((factor) => factor * power >= least) ?? 10);
  for (const axis of axes) {
    const y = number(axis, 'y');
    axis.replaceChildren();
    for (let at = Math.ceil(timeAt(left) / step - 1e-6); at * step <= timeAt(right) + 1e-6; at += 1) {
      const x = xAt(at * step);
      axis.append(make('path', { class: 'grid', d: 'M' + x + ' ' + (y + 16) + 'v' + axis.dataset.height }));
      axis.append(make('text', { class: 'small', x, y: y + 12, 'text-anchor': 'middle' }, shown(at * step, step)));
    }
  }
}

function zoomBy(factor, x) {
  const next = Math.min(1000, Math.max(1, zoom * factor));
  shift = x - ((x - shift) * next) / zoom;
  zoom = next;
  draw();
}
function moveBy(pixels) {
  shift += pixels;
  draw();
}

// Its own tips instead of the browser's, which come late.
for (const title of all('title')) {
  const { parentElement } = title;
  if (parentElement !== svg) {
    parentElement.dataset.tip = title.textContent;
    title.remove();
  }
}
const rows = all('.row').map((row) => {
  const marks = [...row.querySelectorAll('.timed path[data-tip]')].map((path) => [
    Number(/^M(\\S+) /.exec(path.getAttribute('d'))[1]), path.dataset.tip,
  ]);
  return [row, marks.sort((one, two) => one[0] - two[0])];
});
const marksOf = new Map(rows);

/** The mark of a row next to x, if it is near. */
function nearest(row, x) {
  const marks = marksOf.get(row) ?? [];
  let [low, high] = [0, marks.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (place(marks[middle][0]) < x) low = middle + 1;
    else high = middle;
  }
  const near = [marks[low - 1], marks[low]].filter((mark) => mark && Math.abs(place(mark[0]) - x) < 4);
  return near.sort((one, two) => Math.abs(place(one[0]) - x) - Math.abs(place(two[0]) - x))[0]?.[1];
}
const cursor = make('path', { id: 'cursor' });
svg.append(cursor);
function point(event) {
  const box = svg.getBoundingClientRect();
  const scale = svg.viewBox.baseVal.width / box.width;
  return { x: (event.clientX - box.left) * scale, scale };
}
function hover(event) {
  const { x } = point(event);
  const inside = x >= left && x <= right;
  const row = event.target.closest('.row');
  const under = event.target.closest('[data-tip]');
  // A stroke is too thin to be pointed at: the ground beside it shows it, too.
  const ground = under === null || under.matches('.span, .wait, .track, path');
  const text = (inside && row && ground && nearest(row, x)) || under?.dataset.tip;
  const time = inside && !event.target.closest('.magnifier') ? moment(timeAt(x)) : '';
  cursor.setAttribute('d', time === '' ? '' : 'M' + x + ' 0V' + svg.viewBox.baseVal.height);
  tip.textContent = [text, time].filter(Boolean).join(' · ');
  tip.hidden = tip.textContent === '';
  tip.style.left = Math.min(event.clientX + 12, innerWidth - tip.offsetWidth - 8) + 'px';
  tip.style.top = Math.min(event.clientY + 16, innerHeight - tip.offsetHeight - 8) + 'px';
}

let drag;
svg.addEventListener('pointerdown', (event) => {
  drag = point(event).x;
  svg.setPointerCapture(event.pointerId);
});
svg.addEventListener('pointermove', (event) => {
  if (drag !== undefined) {
    const { x } = point(event);
    moveBy(x - drag);
    drag = x;
  } else hover(event);
});
for (const name of ['pointerup', 'pointercancel']) svg.addEventListener(name, () => { drag = undefined; });
svg.addEventListener('pointerleave', () => {
  tip.hidden = true;
  cursor.setAttribute('d', '');
});
svg.addEventListener('wheel', (event) => {
  // Where the page is longer than the window, the wheel moves that.
  if (!event.ctrlKey && document.documentElement.scrollHeight > innerHeight) return;
  event.preventDefault();
  if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) moveBy(-event.deltaX);
  else zoomBy(2 ** (-event.deltaY / 200), within(point(event).x));
}, { passive: false });
addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const middle = (left + right) / 2;
  const keys = {
    '+': () => zoomBy(1.5, middle), '=': () => zoomBy(1.5, middle), '-': () => zoomBy(1 / 1.5, middle),
    ArrowLeft: () => moveBy(60), ArrowRight: () => moveBy(-60), 0: () => { zoom = 1; draw(); },
  };
  const act = keys[event.key];
  if (act === undefined) return;
  event.preventDefault();
  act();
});
draw();
})();`;
