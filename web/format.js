// Times, durations and small pieces that many views show alike.
import {h} from './dom.js';
import {stateOfName, states, wordsOf} from './states.js';

const two = (number) => String(number).padStart(2, '0');

export function clock(date) {
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

// The server's times are UTC without a zone's letter at times; shown in the reader's own zone.
export function instant(text) {
  if (!text) return null;
  const zoned = /(Z|[+-]\d\d:?\d\d)$/.test(text) ? text : text.replace(' ', 'T') + 'Z';
  const date = new Date(zoned);
  return Number.isNaN(date.getTime()) ? null : date;
}

export function time(text) {
  const date = instant(text);
  if (!date) return h('span', {class: 'quiet'}, '–');
  const today = date.toDateString() === new Date().toDateString();
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return h('time', {datetime: date.toISOString(), title: `${day} ${clock(date)}`},
           today ? clock(date) : `${day} ${clock(date).slice(0, 5)}`);
}

export function seconds(value) {
  if (value === null || value === undefined) return '–';
  if (value < 0.001) return `${Math.round(value * 1e6)} µs`;
  if (value < 1) return `${value < 0.01 ? (value * 1e3).toFixed(1) : Math.round(value * 1e3)} ms`;
  if (value < 60) return `${value < 10 ? value.toFixed(2) : value.toFixed(1)} s`;
  if (value < 3600) return `${Math.floor(value / 60)} min ${Math.round(value % 60)} s`;
  if (value < 172800) return `${Math.floor(value / 3600)} h ${Math.round(value % 3600 / 60)} min`;
  return `${Math.floor(value / 86400)} d`;
}
export const microseconds = (value) => (value === null || value === undefined ? '–' : seconds(value / 1e6));

// By hand: the locale's own way costs a tenth of a first drawing.
export const count = (value) => (value === null || value === undefined ? '–' : String(value).replace(/\B(?=(\d{3})+$)/g, ','));

// A state in colour, letter and words; the colour alone tells nobody anything.
export function stateChip(stateName) {
  const state = states[stateOfName(stateName)];
  const sign = stateName === 'foreign' ? '–' : state.letter;
  return h('span', {class: `chip state-${stateName === 'foreign' ? 'none' : state.name}`},
           h('span', {class: 'swatch', 'aria-hidden': 'true'}, sign), wordsOf(stateName));
}

const jobSigns = {NEW: '…', RUNNING: '▸', SUCCESS: '✓', FAIL: '✕'};
export const jobChip = (status) => h('span', {class: `chip job-${status.toLowerCase()}`},
                                     h('span', {class: 'swatch', 'aria-hidden': 'true'}, jobSigns[status] ?? ''), status);

// An id takes room that few need: its beginning, the whole in the title, all of it to be marked and copied.
export const id = (text) => h('code', {class: 'id', title: text ?? ''}, text ?? '');
export const shortId = (text) => h('code', {class: 'id', title: text ?? ''}, (text ?? '').slice(0, 8));
