// Small plots as SVG: time from left to right, durations upwards on a logarithmic scale, where a millisecond and a minute
// both can be read.
import {h, svg} from './dom.js';
import {clock, seconds} from './format.js';

const kHeight = 220, kLeft = 58, kRight = 12, kTop = 10, kBottom = 26;

function scaleOf(series) {
  const points = series.flatMap((one) => one.points);
  const times = points.map((point) => point[0]), values = points.flatMap((point) => point.slice(1)).filter((value) => value > 0);
  // Not by spreading into Math.min: a long list is too many arguments.
  const least = (list, fallback) => list.reduce((a, b) => Math.min(a, b), fallback);
  const most = (list, fallback) => list.reduce((a, b) => Math.max(a, b), fallback);
  const low = Math.floor(Math.log10(least(values, Infinity))), high = Math.ceil(Math.log10(most(values, -Infinity)));
  const from = least(times, Infinity), to = most(times, -Infinity);
  return {from: from === to ? from - 30_000 : from, to: from === to ? to + 30_000 : to, low, high: Math.max(low + 1, high)};
}

function day(time) {
  const date = new Date(time);
  return `${date.getMonth() + 1}/${date.getDate()} ${clock(date).slice(0, 5)}`;
}

// series: [{label, kind: line | dots | spans, style, points: [[time in ms, seconds, (seconds)]]}]
export function plot({series, width, label}) {
  if (!series.some((one) => one.points.length)) return h('p', {class: 'quiet empty-plot'}, 'Nothing to draw yet.');
  const {from, to, low, high} = scaleOf(series);
  const x = (time) => kLeft + (time - from) / (to - from) * (width - kLeft - kRight);
  const y = (value) => kTop + (high - Math.log10(Math.max(value, 10 ** low))) / (high - low) * (kHeight - kTop - kBottom);
  const at = (number) => number.toFixed(1);

  const grid = [];
  for (let decade = low; decade <= high; ++decade) {
    const line = at(y(10 ** decade));
    grid.push(svg('line', {class: 'grid', x1: kLeft, x2: width - kRight, y1: line, y2: line}),
              svg('text', {class: 'tick', x: kLeft - 6, y: line, 'text-anchor': 'end', 'dominant-baseline': 'middle'}, short(10 ** decade)));
  }
  const steps = Math.max(1, Math.min(6, Math.floor(width / 130))), say = to - from > 86_400_000 ? day : (time) => clock(new Date(time));
  let before = '';
  for (let step = 0; step <= steps; ++step) {
    const time = from + (to - from) * step / steps;
    if (say(time) === before) continue;
    before = say(time);
    grid.push(svg('text', {class: 'tick', x: at(x(time)), y: kHeight - 8, 'text-anchor': step === 0 ? 'start' : step === steps ? 'end' : 'middle'}, before));
  }
  const drawn = series.map(({kind, style, points}) => {
    if (kind === 'line') {
      const path = points.map(([time, value], index) => `${index ? 'L' : 'M'}${at(x(time))} ${at(y(value))}`).join('');
      return [svg('path', {class: `line ${style}`, d: path}), points.length < 80 && points.map(([time, value]) => svg('circle', {class: `dot ${style}`, cx: at(x(time)), cy: at(y(value)), r: 2}))];
    }
    if (kind === 'spans') return points.map(([time, less, more]) => svg('line', {class: `span ${style}`, x1: at(x(time)), x2: at(x(time)), y1: at(y(less)), y2: at(y(more))}));
    return points.map(([time, value]) => svg('circle', {class: `dot ${style}`, cx: at(x(time)), cy: at(y(value)), r: 3}));
  });
  return svg('svg', {class: 'plot', width, height: kHeight, role: 'img', 'aria-label': label}, grid, drawn);
}

const short = (value) => seconds(value).replace(/\.0+(?= )/, '');

// What the colours of a plot mean.
export const plotKey = (series) => h('p', {class: 'plot-key'}, series.filter((one) => one.label).map(({label, style, kind}) =>
  h('span', {}, svg('svg', {width: 18, height: 10, 'aria-hidden': 'true'},
    kind === 'dots' ? svg('circle', {class: `dot ${style}`, cx: 9, cy: 5, r: 3.5}) : svg('line', {class: `line ${style}`, x1: 1, x2: 17, y1: 5, y2: 5})), label)));
