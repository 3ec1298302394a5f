// Changes: the last of them, and one as it goes through the pods.
import {get, list} from './api.js';
import {changesTable, nameOfResource, progressBar} from './changetable.js';
import {atMostEach, fill, h, section} from './dom.js';
import {count, id as wholeId, microseconds, time} from './format.js';
import {listen} from './live.js';
import {name, words} from './names.js';
import {facts, Table} from './table.js';

export async function showChanges(main, {signal}) {
  const table = changesTable('Changes');
  const older = h('button', {hidden: true, click: () => { most += 50; refresh(); }}, 'Older ones');
  let most = 50;
  // The server counts each of them over all of its pods: not more often than somebody can read.
  const refresh = atMostEach(2000, async () => {
    const {rows, more} = await list('/v1.0/changes', 'changes', {limit: Math.min(most, 200)}, signal, most);
    table.show(rows);
    older.hidden = !more;
  }, signal);
  fill(main, h('h1', {}, 'Changes'), h('p', {class: 'quiet'}, 'Each change of a policy, and of what has one, with the time that the pods took to have it.'),
       table.node, h('div', {class: 'actions'}, older));
  listen('cells', refresh, signal);
  listen('jobs', refresh, signal);
  listen('board', refresh, signal);
  refresh();
}

const kStates = {applied: ['in_sync', '✓', 'has it'], waiting: ['pending', '…', 'waiting'], refused: ['refused', 'X', 'refused']};
function chip(state) {
  const [colour, sign, text] = kStates[state] ?? ['none', '', state];
  return h('span', {class: `chip state-${colour}`}, h('span', {class: 'swatch', 'aria-hidden': 'true'}, sign), text);
}

export async function showChange(main, {signal, id}) {
  const head = h('div'), pods = new Table({
    label: 'Pods that it concerns', empty: 'It concerns no pod.', key: (pod) => pod.pod_id,
    columns: [{title: 'Pod', cell: (pod) => h('a', {href: `#/pods/${pod.pod_id}`}, name(pod.region_name))},
              {title: 'State', cell: (pod) => chip(pod.state)},
              {title: 'Took', class: 'number', cell: (pod) => microseconds(pod.microseconds)},
              {title: 'At', cell: (pod) => time(pod.applied_at)},
              {title: 'Words', class: 'wide', cell: (pod) => (pod.why ? words(pod.why) : '')}]});
  let open = true, timer = 0;

  const show = (change) => {
    open = change.spreading || change.waiting > 0;
    const {p50, p99, max} = change.time_to_apply;
    fill(head, h('h1', {}, 'Change of ', nameOfResource(change)),
         h('div', {class: 'much'}, progressBar(change), h('p', {}, h('strong', {}, `${count(change.applied)} of ${count(change.wanted)}`), ' pods have it',
           change.waiting ? `, ${count(change.waiting)} wait` : '', change.refused ? `, ${count(change.refused)} refused` : '',
           change.spreading ? '; it is being spread over the pods' : '', '.')),
         facts(['Made', time(change.created_at)], ['Done to it', change.action], ['Project', name(change.project_id)], change.user_id && ['By', name(change.user_id)],
               ['Half of them had it after', microseconds(p50)], ['99 of 100', microseconds(p99)], [open ? 'The longest so far' : 'The last', microseconds(max)],
               ['Id', wholeId(change.id)]));
    const rank = {refused: 0, waiting: 1, applied: 2};
    pods.show([...change.pods].sort((a, b) => rank[a.state] - rank[b.state] || a.region_name.localeCompare(b.region_name, 'en', {numeric: true})));
  };
  const refresh = atMostEach(500, async () => {
    show((await get(`/v1.0/changes/${id}`, {}, signal)).change);
    clearTimeout(timer);
    // Events tell most of it; a look now and then tells the rest, such as the time that a pod has been waited for.
    if (open && !signal.aborted) timer = setTimeout(refresh, 3000);
  }, signal);
  signal.addEventListener('abort', () => clearTimeout(timer));
  show((await get(`/v1.0/changes/${id}`, {}, signal)).change);
  fill(main, head, section('In the pods', pods.node));
  const next = () => { if (open) refresh(); };
  for (const kind of ['cells', 'jobs', 'board', 'pods']) listen(kind, next, signal);
  next();
}
