// The board as a small image: a pixel for each mark of the map. It knows which colour a state has and which of several
// counts; an event costs the rows that it names.
import {states} from './states.js';

const kNothing = 255;

export class HeatImage {
  constructor(board) {
    this.board = board;
    this.canvas = document.createElement('canvas');
    this.brush = this.canvas.getContext('2d');
  }

  // States that the reader has chosen stand out and count before the others.
  colour(colours, lit) {
    const probe = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
    this.pixels = new Uint32Array(states.length);
    this.rank = new Uint8Array(states.length);
    states.forEach((_, number) => {
      const dim = lit.size > 0 && !lit.has(number);
      probe.globalAlpha = 1;
      probe.fillStyle = colours.ground;
      probe.fillRect(0, 0, 1, 1);
      probe.globalAlpha = dim ? 0.18 : 1;
      probe.fillStyle = colours.states[number];
      probe.fillRect(0, 0, 1, 1);
      this.pixels[number] = new Uint32Array(probe.getImageData(0, 0, 1, 1).data.buffer)[0];
      this.rank[number] = number + (dim ? 0 : states.length);
    });
  }

  paintAll(plan) {
    this.canvas.width = plan.x.marks;
    this.canvas.height = plan.y.marks;
    this.data = this.brush.createImageData(plan.x.marks, plan.y.marks);
    this.marks = new Uint32Array(this.data.data.buffer);
    this.worst = new Uint8Array(plan.x.marks);
    for (let mark = 0; mark < plan.y.marks; ++mark) this.paintMarks(plan, mark);
    this.brush.putImageData(this.data, 0, 0);
  }

  paintRows(plan, rows) {
    for (const mark of new Set([...rows].map((row) => plan.y.markOf[row]))) {
      this.paintMarks(plan, mark);
      this.brush.putImageData(this.data, 0, 0, 0, mark, plan.x.marks, 1);
    }
  }

  // One row of marks: of many cells the worst counts.
  paintMarks(plan, mark) {
    const {board, rank, worst, pixels} = this, {columns} = plan, {markOf} = plan.x, {cells} = board;
    worst.fill(kNothing);
    for (let row = plan.y.start[mark]; row < plan.y.start[mark + 1]; ++row) {
      const from = plan.rows[row] * board.width;
      for (let column = 0; column < columns.length; ++column) {
        const state = cells[from + columns[column]], at = markOf[column];
        if (worst[at] === kNothing || rank[state] > rank[worst[at]]) worst[at] = state;
      }
    }
    const base = mark * plan.x.marks;
    for (let at = 0; at < worst.length; ++at) this.marks[base + at] = worst[at] === kNothing ? 0 : pixels[worst[at]];
  }

  // Of the cells of a mark the one that gives it its colour.
  worstOf(plan, cell) {
    const {rows, columns} = plan.mates(cell);
    let found = null;
    for (let row = rows[0]; row < rows[1]; ++row) {
      for (let column = columns[0]; column < columns[1]; ++column) {
        const state = this.board.state(plan.rows[row], plan.columns[column]);
        if (!found || this.rank[state] > this.rank[found.state]) found = {row, column, state};
      }
    }
    return found;
  }
}
