// Draws the board on a canvas: the image of marks, enlarged, with lines, letters and names. Whatever happens, drawing is
// once a frame at most.
import {HeatImage} from './heatimage.js';
import {HeatPlan} from './heatplan.js';
import {drawNames, gutters} from './heatlabels.js';
import {kInSync, letterOf, states} from './states.js';

export class HeatMap {
  constructor({canvas, scroller, spacer, board, drawn = () => {}}) {
    Object.assign(this, {canvas, scroller, spacer, board, drawn});
    this.plan = new HeatPlan();
    this.context = canvas.getContext('2d');
    this.image = new HeatImage(board);
    this.zoom = 0;
    this.lit = new Set();
    this.cursor = null;   // {row, column} as displayed; where the keyboard is
    this.hover = null;
    this.dirty = new Set();
    this.frame = 0;
    this.all = true;
    this.readColours();
  }

  readColours() {
    const style = getComputedStyle(document.documentElement);
    const of = (variable) => style.getPropertyValue(variable).trim();
    this.colours = {ground: of('--ground'), text: of('--text'), quiet: of('--quiet'),
                    focus: of('--focus'), line: of('--line'), font: style.fontFamily || 'sans-serif',
                    on: states.map((state) => of(`--on-${state.name}`)), states: states.map((state) => of(`--${state.name}`))};
    this.image.colour(this.colours, this.lit);
    this.redraw();
  }

  // Which states stand out, when the reader has chosen some.
  light(lit) {
    this.lit = new Set(lit);
    this.image.colour(this.colours, this.lit);
    this.redraw();
  }

  // The cursor stays on its policy and pod, if these are still in sight.
  choose(rows, columns, at) {
    this.plan.choose(rows, columns);
    const row = at ? rows.indexOf(at.policy) : -1, column = at ? columns.indexOf(at.pod) : -1;
    this.cursor = row < 0 || column < 0 ? null : {row, column};
    this.hover = null;
    this.redraw();
  }

  // The canvas' size, the zoom, the lists or the colours are others than before.
  redraw() {
    this.all = true;
    this.later();
  }

  touch(policies) {
    for (const policy of policies) {
      const row = this.plan.rowOf.get(policy);
      if (row !== undefined) this.dirty.add(row);
    }
    if (this.dirty.size) this.later();
  }

  later() {
    this.frame ||= requestAnimationFrame(() => {
      this.frame = 0;
      this.draw();
    });
  }

  get scroll() {
    const ratio = this.plan.ratio ?? 1;
    return {x: Math.round(this.scroller.scrollLeft * ratio), y: Math.round(this.scroller.scrollTop * ratio)};
  }

  lay() {
    const ratio = window.devicePixelRatio || 1;
    const width = Math.round(this.scroller.clientWidth * ratio), height = Math.round(this.scroller.clientHeight * ratio);
    if (this.canvas.width !== width || this.canvas.height !== height) {
      this.canvas.width = width;
      this.canvas.height = height;
    }
    const {board, plan, context, colours} = this;
    plan.lay({width, height, ratio, zoom: this.zoom, ...gutters({context, plan, board, colours, width, height, ratio})});
    // The scroller's own content only says how long the whole is.
    const fits = (length, room) => (length <= room ? 0 : Math.ceil(length / ratio));
    this.spacer.setAttribute('width', fits(plan.left + plan.x.length, width));
    this.spacer.setAttribute('height', fits(plan.top + plan.y.length, height));
  }

  draw() {
    const began = performance.now();
    if (this.all) {
      this.lay();
      this.image.paintAll(this.plan);
    } else {
      this.image.paintRows(this.plan, this.dirty);
    }
    this.dirty.clear();
    this.show(this.all || this.namesMoved);
    this.namesMoved = false;
    this.all = false;
    this.drawn(performance.now() - began);
  }

  // From the image to the canvas.
  show(names = true) {
    const {context, plan, colours} = this, scroll = this.scroll;
    context.imageSmoothingEnabled = false;
    context.fillStyle = colours.ground;
    if (names || this.pointed) context.fillRect(0, 0, plan.width, plan.height);
    else context.fillRect(plan.left, plan.top, plan.width, plan.height);
    context.save();
    context.beginPath();
    context.rect(plan.left, plan.top, plan.width, plan.height);
    context.clip();
    if (plan.x.count && plan.y.count) {
      const part = this.visible(scroll);
      context.drawImage(this.image.canvas, part.x, part.y, part.width, part.height,
                        plan.left + part.x * plan.x.size - scroll.x, plan.top + part.y * plan.y.size - scroll.y,
                        part.width * plan.x.size, part.height * plan.y.size);
      this.drawLines(part, scroll);
      this.drawSigns(part, scroll);
    }
    this.drawMarks(scroll);
    context.restore();
    const pointed = this.hover ?? this.cursor;
    if (names || pointed || this.pointed) drawNames({context, plan, board: this.board, colours, scroll, pointed});
    this.pointed = pointed;
  }

  visible(scroll) {
    const {plan} = this;
    const part = (offset, room, {marks, size}) => {
      const from = Math.min(marks - 1, Math.floor(offset / size));
      return [from, Math.min(marks, Math.ceil((offset + room) / size) + 1) - from];
    };
    const [x, width] = part(scroll.x, plan.width - plan.left, plan.x);
    const [y, height] = part(scroll.y, plan.height - plan.top, plan.y);
    return {x, y, width, height};
  }

  // Between cells that are large enough.
  drawLines(part, scroll) {
    const {context, plan, colours} = this, gap = Math.max(1, Math.round(plan.ratio));
    context.fillStyle = colours.ground;
    if (plan.x.size >= 6 * plan.ratio) {
      for (let at = part.x; at <= part.x + part.width; ++at)
        context.fillRect(plan.left + at * plan.x.size - scroll.x - gap, plan.top, gap, plan.height);
    }
    if (plan.y.size >= 6 * plan.ratio) {
      for (let at = part.y; at <= part.y + part.height; ++at)
        context.fillRect(plan.left, plan.top + at * plan.y.size - scroll.y - gap, plan.width, gap);
    }
  }

  // A letter in each cell that is not in sync, so that no state is told by its colour alone.
  drawSigns(part, scroll) {
    const {context, plan, board, colours} = this, smallest = 12 * plan.ratio;
    if (plan.aggregated || plan.x.size < smallest || plan.y.size < smallest) return;
    context.font = `600 ${Math.round(Math.min(12 * plan.ratio, plan.y.size * 0.7))}px ${colours.font}`;
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    for (let row = part.y; row < part.y + part.height; ++row) {
      for (let column = part.x; column < part.x + part.width; ++column) {
        const state = board.state(plan.rows[row], plan.columns[column]);
        if (state <= kInSync) continue;
        const dim = this.lit.size && !this.lit.has(state);
        context.fillStyle = dim ? colours.quiet : colours.on[state];
        context.fillText(letterOf(state), plan.left + (column + 0.5) * plan.x.size - scroll.x,
                         plan.top + (row + 0.5) * plan.y.size - scroll.y);
      }
    }
  }

  drawMarks(scroll) {
    const {context, plan, colours} = this;
    for (const [cell, colour, wide] of [[this.hover, colours.text, 1], [this.cursor, colours.focus, 2]]) {
      if (!cell) continue;
      const box = plan.box(cell, scroll), line = wide * plan.ratio;
      context.strokeStyle = colour;
      context.lineWidth = line;
      context.strokeRect(box.x - line / 2, box.y - line / 2, box.width + line / 2, box.height + line / 2);
    }
  }

  // The cell under a point of the page. Of a mark that stands for many cells, the worst: it gives the mark its colour.
  cellAt(event) {
    if (!this.plan.x) return null;
    const box = this.canvas.getBoundingClientRect(), ratio = this.plan.ratio ?? 1;
    const cell = this.plan.at((event.clientX - box.left) * ratio, (event.clientY - box.top) * ratio, this.scroll);
    return cell && this.image.worstOf(this.plan, cell);
  }

  // Brings a cell into sight.
  reveal(cell) {
    const {plan, scroller} = this, scroll = this.scroll, box = plan.box(cell, scroll);
    const move = (at, size, low, high) => (at < low ? at - low : at + size > high ? at + size - high : 0);
    scroller.scrollLeft += move(box.x, box.width, plan.left, plan.width) / plan.ratio;
    scroller.scrollTop += move(box.y, box.height, plan.top, plan.height) / plan.ratio;
  }
}
