// Where what is on the map: which policies are its rows and which pods its columns, how many cells one mark stands for,
// and how large a mark is. All lengths are in the canvas' own pixels.
const kSmallest = 3;  // CSS pixels: a smaller mark is not seen
const kLargest = {width: 180, height: 28};
export const zooms = [0, 4, 8, 14, 24];  // CSS pixels of a cell's side; 0: all of it is in sight

// One axis: `count` cells in `room` pixels.
function axis(count, room, ratio, zoom, largest) {
  const smallest = Math.round(kSmallest * ratio);
  const marks = zoom === 0 ? Math.max(1, Math.min(count, Math.floor(room / smallest))) : Math.max(1, count);
  const fits = Math.floor(room / marks);
  const size = Math.max(smallest, Math.min(fits, Math.round(largest * ratio)), Math.round(zoom * ratio));
  const start = new Int32Array(marks + 1);  // first cell of each mark
  for (let mark = 0; mark <= marks; ++mark) start[mark] = Math.floor(mark * count / marks);
  const markOf = new Int32Array(count);
  for (let mark = 0; mark < marks; ++mark) markOf.fill(mark, start[mark], start[mark + 1]);
  return {count, marks, size, start, markOf, length: count ? marks * size : 0};
}

export class HeatPlan {
  constructor() {
    this.rows = new Int32Array(0);     // display row -> policy
    this.columns = new Int32Array(0);  // display column -> pod
    this.rowOf = new Map();            // policy -> display row
  }

  choose(rows, columns) {
    this.rows = Int32Array.from(rows);
    this.columns = Int32Array.from(columns);
    this.rowOf = new Map(rows.map((policy, row) => [policy, row]));
  }

  // width, height: of the canvas; left, top: of the names' room.
  lay({width, height, left, top, ratio, zoom}) {
    const side = zooms[zoom];
    Object.assign(this, {left, top, ratio, width, height});
    this.x = axis(this.columns.length, Math.max(1, width - left), ratio, side, kLargest.width);
    this.y = axis(this.rows.length, Math.max(1, height - top), ratio, side, kLargest.height);
  }

  get aggregated() {
    return this.x.marks < this.x.count || this.y.marks < this.y.count;
  }

  // The display row and column under a point, or null. Of a mark that stands for many cells: the first.
  at(x, y, scroll) {
    const column = Math.floor((x - this.left + scroll.x) / this.x.size);
    const row = Math.floor((y - this.top + scroll.y) / this.y.size);
    if (x < this.left || y < this.top || column >= this.x.marks || row >= this.y.marks) return null;
    if (!this.x.count || !this.y.count) return null;
    return {row: this.y.start[row], column: this.x.start[column]};
  }

  // Cells of the mark that a cell is in.
  mates({row, column}) {
    const x = this.x.markOf[column], y = this.y.markOf[row];
    return {rows: [this.y.start[y], this.y.start[y + 1]], columns: [this.x.start[x], this.x.start[x + 1]]};
  }

  box({row, column}, scroll) {
    return {x: this.left + this.x.markOf[column] * this.x.size - scroll.x,
            y: this.top + this.y.markOf[row] * this.y.size - scroll.y, width: this.x.size, height: this.y.size};
  }
}
