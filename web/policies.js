// All policies in a table: the board in words, for those who look for one or cannot see the map.
import {atMostEach, fill, h} from './dom.js';
import {count, shortId} from './format.js';
import {board, listen} from './live.js';
import {name} from './names.js';
import {kNone, letterOf, states} from './states.js';
import {Table} from './table.js';

// How many cells of a row or column are in each state: only those that there are.
export function tally(counts) {
  const there = states.map((state, number) => ({state, number})).filter(({number}) => number !== kNone && counts[number] > 0);
  if (!there.length) return h('span', {class: 'quiet'}, 'no copies');
  return h('span', {class: 'tally'}, there.reverse().map(({state, number}) =>
    h('span', {class: `chip state-${state.name}`, title: state.words}, h('span', {class: 'swatch', 'aria-hidden': 'true'}, letterOf(number)),
      h('span', {class: 'unseen'}, `${state.words}: `), count(counts[number]))));
}

// A table of what is on the board, with a filter, kept true by the events.
export function boardTable(main, {signal, title, label, columns, key, items, textOf, kinds}) {
  const table = new Table({label, columns, key, empty: `No ${label.toLowerCase()} that match.`});
  const input = h('input', {type: 'search', placeholder: `Filter ${label.toLowerCase()}`, 'aria-label': `Filter ${label.toLowerCase()}`,
                            spellcheck: 'false', input: () => show()});
  const shown = h('span', {class: 'quiet'});
  const show = () => {
    table.node.hidden = board.version === 0;  // nothing was read yet
    const needle = input.value.trim().toLowerCase(), all = items();
    const found = all.filter((item) => textOf(item).toLowerCase().includes(needle));
    table.show(found.map((item) => item.row()));
    shown.textContent = `${count(found.length)} of ${count(all.length)}`;
  };
  const refresh = atMostEach(1000, show, signal);
  fill(main, h('h1', {}, title), h('div', {class: 'toolbar'}, input, shown), table.node);
  for (const kind of kinds) listen(kind, kind === 'board' ? show : refresh, signal);
  show();
}

export function showPolicies(main, {signal}) {
  boardTable(main, {
    signal, title: 'Policies', label: 'Policies', kinds: ['cells', 'board'], key: (row) => row.id,
    textOf: ({policy}) => `${policy.name} ${policy.id} ${policy.project_id}`,
    items: () => board.policies.map((policy, index) => (
      {policy, row: () => ({...policy, counts: Array.from(board.countsOfPolicy(index))})})),
    columns: [{title: 'Policy', cell: (row) => h('a', {href: `#/policies/${row.id}`}, name(row.name))},
              {title: 'Project', cell: (row) => name(row.project_id)}, {title: 'Id', cell: (row) => shortId(row.id)},
              {title: 'In the pods', cell: (row) => tally(row.counts)}]});
}
