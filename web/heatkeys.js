// Keys, pointer, wheel and size of the heat map.
import {board} from './live.js';

const clamp = (value, high) => Math.max(0, Math.min(high, value));

export function steer({map, scroller, zooms, point, signal}) {
  const open = (cell, pod) => {
    const policy = board.policies[map.plan.rows[cell.row]], in_ = board.pods[map.plan.columns[cell.column]];
    location.hash = pod ? `#/pods/${in_.pod_id}` : `#/policies/${policy.id}`;
  };

  // What the reader looks at stays in sight.
  const zoom = (step) => {
    map.zoom = step === 0 ? 0 : clamp(map.zoom + step, zooms.length - 1);
    map.lay();
    if (map.cursor ?? map.hover) map.reveal(map.cursor ?? map.hover);
    map.redraw();
  };

  const steps = (page) => ({ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0],
                            PageUp: [-page, 0], PageDown: [page, 0], Home: [0, -Infinity], End: [0, Infinity]});

  const move = (step, all) => {
    const {plan} = map, [down, right] = step;
    if (!plan.y?.count || !plan.x.count) return;
    const from = map.cursor ?? {row: 0, column: 0};
    // The first key only shows where one is.
    map.cursor = map.cursor === null && !all ? from : {
      row: clamp(all && right === -Infinity ? 0 : all && right === Infinity ? Infinity : from.row + down, plan.y.count - 1),
      column: clamp(from.column + right, plan.x.count - 1)};
    map.hover = null;
    map.reveal(map.cursor);
    map.later();
    point(map.cursor, true);
  };

  scroller.addEventListener('keydown', (event) => {
    if (event.altKey || event.metaKey) return;
    const page = Math.max(1, Math.floor(scroller.clientHeight * (map.plan.ratio ?? 1) / (map.plan.y?.size ?? 1)) - 1);
    const step = steps(page)[event.key];
    if (step) move(step, event.ctrlKey);
    else if (event.key === '+' || event.key === '=') zoom(1);
    else if (event.key === '-') zoom(-1);
    else if (event.key === '0') zoom(0);
    else if (event.key === 'Enter' && map.cursor) open(map.cursor, event.shiftKey);
    else return;
    event.preventDefault();
  }, {signal});

  scroller.addEventListener('pointermove', (event) => {
    const cell = map.cellAt(event);
    if (cell?.row === map.hover?.row && cell?.column === map.hover?.column) return;
    map.hover = cell;
    map.later();
    point(cell ?? map.cursor, false);
  }, {signal});
  scroller.addEventListener('pointerleave', () => {
    map.hover = null;
    map.later();
    point(map.cursor, false);
  }, {signal});
  scroller.addEventListener('click', (event) => {
    const cell = map.cellAt(event);
    if (!cell) return;
    map.cursor = cell;
    map.later();
    // A finger has no hover: the first touch shows the cell, the second opens it.
    if (event.pointerType === 'touch' && (touched?.row !== cell.row || touched?.column !== cell.column)) {
      touched = cell;
      return point(cell, true);
    }
    open(cell, event.shiftKey);
  }, {signal});
  let touched = null;

  scroller.addEventListener('wheel', (event) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    map.hover = map.cellAt(event) ?? map.hover;
    zoom(event.deltaY < 0 ? 1 : -1);
  }, {signal, passive: false});
  scroller.addEventListener('scroll', () => {
    // What is under the pointer is another cell now; the next move tells which.
    map.hover = null;
    map.namesMoved = true;
    map.later();
  }, {signal, passive: true});
  scroller.addEventListener('focus', () => {
    if (map.cursor) point(map.cursor, true);
  }, {signal});

  const sizes = new ResizeObserver(() => map.redraw());
  sizes.observe(scroller);
  const dark = matchMedia('(prefers-color-scheme: dark)');
  dark.addEventListener('change', () => map.readColours(), {signal});
  signal.addEventListener('abort', () => {
    sizes.disconnect();
    cancelAnimationFrame(map.frame);
  });
  return {zoom};
}
