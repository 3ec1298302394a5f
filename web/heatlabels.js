// The names beside and above the map. Where there is no room for each, every so many have theirs, and the one that is
// pointed at always has.
import {isolatedName, plainName} from './names.js';

const kText = 12;   // CSS pixels
const kRoom = 14;   // of one name, so that lines do not touch
const kFlat = 64;   // columns as wide as this have their names lying

const shortened = new Map();  // name and room -> what fits

const font = (colours, ratio) => `${Math.round(kText * ratio)}px ${colours.font}`;
const nameOfRow = (plan, board, row) => board.policies[plan.rows[row]].name;
const nameOfColumn = (plan, board, column) => board.pods[plan.columns[column]].region_name;

function fitting(context, text, room) {
  const key = `${room} ${text}`;
  const known = shortened.get(key);
  if (known !== undefined) return known;
  if (shortened.size > 5000) shortened.clear();
  const characters = Array.from(plainName(text) || 'no name');
  let shown = isolatedName(text), length = Math.min(characters.length, 80);
  if (length < characters.length || context.measureText(shown).width > room) {
    let low = 0, high = length;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (context.measureText(`\u2068${characters.slice(0, middle).join('')}\u2069…`).width <= room) low = middle;
      else high = middle - 1;
    }
    shown = `\u2068${characters.slice(0, low).join('')}\u2069…`;
  }
  shortened.set(key, shown);
  return shown;
}

// How much room the names take: no more than the longest needs, nor more than a part of the canvas.
export function gutters({context, plan, board, colours, width, height, ratio}) {
  context.font = font(colours, ratio);
  const longest = (count, nameOf, most) => {
    let room = 0;
    const step = Math.max(1, Math.floor(count / 200));
    for (let at = 0; at < count; at += step) {
      room = Math.max(room, context.measureText(fitting(context, nameOf(plan, board, at), most)).width);
    }
    return Math.ceil(Math.min(room, most));
  };
  const gap = 8 * ratio;
  const left = longest(plan.rows.length, nameOfRow, Math.min(220 * ratio, width * 0.3)) + gap;
  const column = Math.min((width - left) / Math.max(1, plan.columns.length), 180 * ratio);
  const flat = column >= kFlat * ratio;
  const top = flat ? 20 * ratio : longest(plan.columns.length, nameOfColumn, Math.min(110 * ratio, height * 0.25)) + gap;
  return {left: Math.round(left), top: Math.round(top), gap};
}

export function drawNames({context, plan, board, colours, scroll, pointed}) {
  context.font = font(colours, plan.ratio);
  context.textBaseline = 'middle';
  rowNames({context, plan, board, colours, scroll, pointed});
  columnNames({context, plan, board, colours, scroll, pointed});
}

// Marks whose names are shown: every `step`-th that is in sight.
function* named({count, marks, size, start}, offset, room, least) {
  if (!count) return;
  const step = Math.max(1, Math.ceil(least / size));
  for (let mark = Math.floor(Math.floor(offset / size) / step) * step; mark < marks; mark += step) {
    const at = mark * size - offset;
    if (at > room || (step > 1 && at + least > room + 1)) return;
    if (at + size > 0) yield {cell: start[mark], at: at + (step === 1 ? size / 2 : least / 2)};
  }
}

function rowNames({context, plan, board, colours, scroll, pointed}) {
  const room = plan.left - 8 * plan.ratio, least = kRoom * plan.ratio;
  const bottom = Math.min(plan.height, plan.top + plan.y.length - scroll.y);
  context.save();
  context.beginPath();
  context.rect(0, plan.top, plan.left, plan.height);
  context.clip();
  context.fillStyle = colours.ground;
  context.fillRect(0, plan.top, plan.left, plan.height);
  context.textAlign = 'left';
  const write = (cell, at, colour) => {
    context.fillStyle = colour;
    context.fillText(fitting(context, nameOfRow(plan, board, cell), room), 0, at);
  };
  const box = pointed && plan.box(pointed, scroll);
  const chosen = box ? Math.max(plan.top + least / 2, box.y + box.height / 2) : -Infinity;
  for (const {cell, at} of named(plan.y, scroll.y, plan.height - plan.top, least)) {
    const clear = Math.abs(plan.top + at - chosen) >= least - 1;
    if (clear && (plan.top + at + least / 2 <= bottom + 1 || plan.y.size >= least)) write(cell, plan.top + at, colours.quiet);
  }
  if (box) write(pointed.row, chosen, colours.text);
  context.restore();
}

function columnNames({context, plan, board, colours, scroll, pointed}) {
  const flat = plan.x.size >= kFlat * plan.ratio, least = kRoom * plan.ratio;
  const room = flat ? plan.x.size - 6 * plan.ratio : plan.top - 8 * plan.ratio;
  context.save();
  context.beginPath();
  context.rect(plan.left, 0, plan.width, plan.top);
  context.clip();
  context.fillStyle = colours.ground;
  context.fillRect(plan.left, 0, plan.width, plan.top);
  context.textAlign = 'left';
  const write = (cell, at, colour) => {
    context.fillStyle = colour;
    const text = fitting(context, nameOfColumn(plan, board, cell), room);
    if (flat) {
      context.fillText(text, at - plan.x.size / 2, plan.top / 2);
      return;
    }
    context.save();
    context.translate(at, plan.top - 5 * plan.ratio);
    context.rotate(-Math.PI / 2);
    context.fillText(text, 0, 0);
    context.restore();
  };
  const box = pointed && plan.box(pointed, scroll);
  const chosen = box ? Math.max(plan.left + (flat ? 0 : least / 2), box.x + box.width / 2) : -Infinity;
  for (const {cell, at} of named(plan.x, scroll.x, plan.width - plan.left, flat ? 1 : least)) {
    if (Math.abs(plan.left + at - chosen) >= (flat ? 2 : least - 1)) write(cell, plan.left + at, colours.quiet);
  }
  if (box) write(pointed.column, chosen, colours.text);
  context.restore();
}
