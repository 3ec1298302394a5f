// The first view: pods x policies by state, what is not in sync in words, and the ways to find one's way in it.
import {atMostEach, fill, h, say, svg} from './dom.js';
import {count, stateChip} from './format.js';
import {HeatMap} from './heatmap.js';
import {zooms} from './heatplan.js';
import {steer} from './heatkeys.js';
import {board, listen} from './live.js';
import {isolatedName, name} from './names.js';
import {kInSync, kUnread, letterOf, states} from './states.js';
import {Table} from './table.js';

const kMostTroubles = 100;
let kept = {policy: '', pod: '', order: 'name', lit: []};  // while the reader looks elsewhere

const policyLink = (policy) => h('a', {href: `#/policies/${policy.id}`}, name(policy.name));
const podLink = (pod) => h('a', {href: `#/pods/${pod.pod_id}`}, name(pod.region_name));

function matching(items, textOf, wanted) {
  const needle = wanted.trim().toLowerCase();
  const found = [];
  items.forEach((item, index) => { if (textOf(item).toLowerCase().includes(needle)) found.push(index); });
  return found;
}

// The rows and columns that the reader asked for, in his order.
function chosen() {
  const rows = matching(board.policies, (policy) => `${policy.name} ${policy.id} ${policy.project_id}`, kept.policy);
  const columns = matching(board.pods, (pod) => `${pod.region_name} ${pod.az_name}`, kept.pod);
  const collator = new Intl.Collator('en', {numeric: true});
  const byName = (a, b) => collator.compare(board.policies[a].name, board.policies[b].name);
  const worst = new Map(kept.order === 'worst' ? rows.map((row) => [row, board.worstOfPolicy(row)]) : []);
  rows.sort((a, b) => (worst.get(b) ?? 0) - (worst.get(a) ?? 0) || byName(a, b));
  return {rows, columns};
}

function legend(map) {
  const numbers = states.map(() => h('span', {class: 'number'}));
  const buttons = states.map((state, number) => h('button', {
    class: `legend state-${state.name}`, 'aria-pressed': kept.lit.includes(number), title: `${state.why}. Press to make it stand out.`,
    click: (event) => {
      kept.lit = kept.lit.includes(number) ? kept.lit.filter((one) => one !== number) : [...kept.lit, number];
      event.currentTarget.setAttribute('aria-pressed', kept.lit.includes(number));
      map.light(kept.lit);
    }}, h('span', {class: 'swatch', 'aria-hidden': 'true'}, letterOf(number)),
        h('span', {}, state.words), numbers[number]));
  const show = () => states.forEach((_, number) => {
    numbers[number].textContent = count(board.counts[number]);
    buttons[number].classList.toggle('zero', board.counts[number] === 0);
  });
  show();
  return {node: h('div', {class: 'legends', role: 'group', 'aria-label': 'States, and how many cells are in each'}, buttons), show};
}

function troublesTable() {
  return new Table({
    label: 'What is not in sync', empty: 'Reading …', key: (item) => `${item.policy.id} ${item.pod.pod_id}`,
    columns: [{title: 'Policy', cell: (item) => policyLink(item.policy)}, {title: 'Pod', cell: (item) => podLink(item.pod)},
              {title: 'State', cell: (item) => stateChip(states[item.state].name)}]});
}

const size = (policies, pods) =>
  `${count(policies)} ${policies === 1 ? 'policy' : 'policies'} in ${count(pods)} ${pods === 1 ? 'pod' : 'pods'}`;

function field(label, value, changed) {
  return h('label', {class: 'field'}, h('span', {class: 'unseen'}, label),
           h('input', {type: 'search', placeholder: label, value, spellcheck: 'false', autocomplete: 'off',
                       input: (event) => changed(event.target.value)}));
}

export function showBoard(main, {signal}) {
  const canvas = h('canvas', {'aria-hidden': 'true'});
  const spacer = svg('svg', {width: 0, height: 0, 'aria-hidden': 'true'});
  const scroller = h('div', {class: 'heat-scroll', tabindex: 0, role: 'application', 'aria-roledescription': 'heat map',
                             'aria-describedby': 'heat-keys'}, spacer);
  const pointed = h('p', {class: 'pointed', id: 'pointed'});
  const scale = h('p', {class: 'quiet', id: 'scale'});
  const map = new HeatMap({canvas, scroller, spacer, board, drawn: (took) => {
    if (board.version > 0 && !performance.getEntriesByName('board-drawn').length) performance.mark('board-drawn', {detail: took});
    const {plan} = map;
    scale.textContent = plan.aggregated
        ? `One mark stands for up to ${size(Math.ceil(plan.y.count / plan.y.marks), Math.ceil(plan.x.count / plan.x.marks))} and shows the worst of them.`
        : `${size(plan.y.count, plan.x.count)}.`;
  }});
  map.light(kept.lit);
  const shown = legend(map), troubles = troublesTable();
  const more = h('p', {class: 'quiet'});

  let at = null;  // where the cursor is, by ids: lists come and go
  const point = (cell, aloud) => {
    if (cell && cell === map.cursor) at = {policy: board.policies[map.plan.rows[cell.row]].id, pod: board.pods[map.plan.columns[cell.column]].pod_id};
    if (!cell) return fill(pointed, h('span', {class: 'quiet'}, 'Point at a cell, or move with the arrow keys.'));
    const policy = board.policies[map.plan.rows[cell.row]], pod = board.pods[map.plan.columns[cell.column]];
    const state = states[board.state(map.plan.rows[cell.row], map.plan.columns[cell.column])];
    fill(pointed, name(pod.region_name), ', ', name(policy.name), ': ', stateChip(state.name),
         pod.circuit === 'open' ? ' The pod does not answer.' : '', pod.paused ? ' The pod is paused.' : '');
    if (aloud) say(`${isolatedName(pod.region_name)}, ${isolatedName(policy.name)}: ${state.words}`);
  };

  const show = () => {
    if (board.version === 0) return;  // nothing was read yet, and nothing is known
    shown.show();
    const found = board.troubles(kMostTroubles);
    troubles.show(found.map((one) => ({policy: board.policies[one.policy], pod: board.pods[one.pod], state: one.state})));
    troubles.none.textContent = board.counts[kUnread] ? 'The centre is still reading.' : 'Everything is in sync.';
    const all = board.counts.reduce((sum, one, number) => (number > kInSync ? sum + one : sum), 0);
    more.textContent = all > found.length ? `The worst ${found.length} of ${count(all)}.` : '';
    if (!map.hover && map.cursor) point(map.cursor, false);
  };
  const refresh = atMostEach(500, show, signal);

  const choose = () => {
    const {rows, columns} = chosen();
    map.choose(rows, columns, at && {policy: board.policyAt.get(at.policy), pod: board.podAt.get(at.pod)});
    scroller.setAttribute('aria-label', `States of ${size(rows.length, columns.length)}`);
    point(map.cursor, false);
    show();
  };

  const zoomButtons = [['−', 'Smaller cells', -1], ['Fit', 'Fit all in sight', 0], ['+', 'Larger cells', 1]].map(
      ([label, what, step]) => h('button', {'aria-label': what, title: what, click: () => controls.zoom(step)}, label));
  const order = h('select', {'aria-label': 'Order of policies', change: (event) => {
    kept.order = event.target.value;
    choose();
  }}, h('option', {value: 'name'}, 'By name'), h('option', {value: 'worst'}, 'Worst first'));
  order.value = kept.order;

  fill(main, h('h1', {class: 'unseen'}, 'Board'),
       h('div', {class: 'toolbar'},
         field('Filter policies', kept.policy, (text) => { kept.policy = text; choose(); }),
         field('Filter pods', kept.pod, (text) => { kept.pod = text; choose(); }), order,
         h('div', {class: 'buttons', role: 'group', 'aria-label': 'Zoom'}, zoomButtons)),
       shown.node,
       h('div', {class: 'board'},
         h('div', {class: 'map'}, pointed, h('div', {class: 'heat'}, canvas, scroller), scale,
           h('p', {class: 'quiet keys', id: 'heat-keys'}, 'Arrow keys move, Enter opens the policy, Shift+Enter the pod, + and − change the size.')),
         h('section', {class: 'troubles'}, h('h2', {}, 'Not in sync'), troubles.node, more)));

  const controls = steer({map, scroller, zooms, point, signal});
  listen('cells', (ids) => {
    map.touch(ids.map((id) => board.policyAt.get(id)));
    refresh();
  }, signal);
  listen('board', choose, signal);
  listen('pods', refresh, signal);
  choose();
}
