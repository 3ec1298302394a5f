// A table that is brought up to date in place: a row that says the same stays the same element, so that neither the
// focus nor what somebody has marked is lost when events come in. Of a long list the beginning is shown until more is
// asked for: a browser lays out a thousand rows for longer than a reader waits.
import {h} from './dom.js';
import {count} from './format.js';

const kMost = 200;

export class Table {
  // columns: [{title, class, cell: (item) => node or text}], key: (item) => text.
  constructor({label, columns, key, empty = 'Nothing.', rowClass = () => ''}) {
    Object.assign(this, {columns, key, rowClass, rows: new Map(), most: kMost});
    this.body = h('tbody');
    this.none = h('p', {class: 'quiet'}, empty);
    this.frame = h('div', {class: 'table', role: 'region', 'aria-label': label, tabindex: 0}, h('table', {},
        h('caption', {class: 'unseen'}, label),
        h('thead', {}, h('tr', {}, columns.map((column) => h('th', {scope: 'col', class: column.class}, column.title)))),
        this.body));
    this.further = h('button', {click: () => {
      this.most += kMost;
      this.show(this.items);
    }});
    this.rest = h('p', {class: 'actions'}, this.further);
    this.node = h('div', {}, this.frame, this.none, this.rest);
    this.show([]);
  }

  build(item) {
    return h('tr', {class: this.rowClass(item)}, this.columns.map((column, index) => {
      const attributes = {class: column.class, 'data-title': column.title};
      return index === 0 ? h('th', {scope: 'row', ...attributes}, column.cell(item))
                         : h('td', attributes, column.cell(item));
    }));
  }

  show(items) {
    this.items = items;
    const left = items.length - this.most;
    this.rest.hidden = left <= 0;
    this.further.textContent = `Show ${count(Math.min(left, kMost))} more of ${count(left)}`;
    this.put(items.slice(0, this.most));
  }

  put(items) {
    this.frame.hidden = items.length === 0;
    this.none.hidden = items.length > 0;
    const before = this.rows;
    this.rows = new Map();
    let next = this.body.firstChild;
    for (const item of items) {
      const key = this.key(item), said = JSON.stringify(item), old = before.get(key);
      let row = old?.said === said ? old.row : null;
      if (!row) {
        row = this.build(item);
        if (old) {
          if (next === old.row) next = row;
          keepFocus(old.row, row);
          old.row.replaceWith(row);
        }
      }
      before.delete(key);
      this.rows.set(key, {row, said});
      if (row === next) next = row.nextSibling;
      else this.body.insertBefore(row, next);
    }
    for (const {row} of before.values()) row.remove();
  }
}

function keepFocus(old, row) {
  const held = document.activeElement;
  if (!old.contains(held)) return;
  const same = held.dataset.act ? `[data-act="${held.dataset.act}"]` : 'a';
  queueMicrotask(() => row.querySelector(same)?.focus());
}

// A list of terms and what they are.
export const facts = (...pairs) =>
  h('dl', {class: 'facts'}, pairs.filter(Boolean).map(([term, value]) => h('div', {}, h('dt', {}, term), h('dd', {}, value))));
