// Changes as rows: how far they are in the pods, and how long they took.
import {h, svg} from './dom.js';
import {count, microseconds, shortId, time} from './format.js';
import {board} from './live.js';
import {name} from './names.js';
import {Table} from './table.js';

// Applied, waiting and refused as parts of one bar; the numbers are beside it, and in its name.
export function progressBar({wanted, applied, waiting, refused, spreading}) {
  const all = Math.max(1, wanted), width = 120;
  const part = (from, number, kind) => svg('rect', {class: `bar-${kind}`, x: from / all * width, y: 0, width: number / all * width, height: 10});
  return svg('svg', {class: 'progress', viewBox: `0 0 ${width} 10`, preserveAspectRatio: 'none', role: 'img',
                     'aria-label': `${applied} of ${wanted} pods have it, ${waiting} wait, ${refused} refused${spreading ? ', more may come' : ''}`},
             svg('rect', {class: 'bar-none', x: 0, y: 0, width, height: 10}), part(0, applied, 'applied'),
             part(applied, waiting, 'waiting'), part(applied + waiting, refused, 'refused'));
}

export function nameOfResource(change) {
  if (change.resource_type !== 'policy') return [`${change.resource_type.replace(/_/g, ' ')} `, shortId(change.resource_id)];
  const index = board.policyAt.get(change.resource_id);
  const label = index === undefined ? shortId(change.resource_id) : name(board.policies[index].name);
  return ['policy ', h('a', {href: `#/policies/${change.resource_id}`}, label)];
}

const summary = (change) => `${count(change.applied)}/${count(change.wanted)}${change.refused ? `, ${count(change.refused)} refused` : ''}`;

export function changesTable(label) {
  return new Table({
    label, empty: 'No changes are known.', key: (change) => change.id,
    columns: [{title: 'Made', cell: (change) => h('a', {href: `#/changes/${change.id}`}, time(change.created_at), h('span', {class: 'unseen'}, ` change ${change.id}`))},
              {title: 'What', cell: nameOfResource},
              {title: 'Done to it', cell: (change) => change.action},
              {title: 'By', cell: (change) => (change.user_id ? name(change.user_id) : '–')},
              {title: 'In the pods', cell: (change) => (change.wanted ? [progressBar(change), ' ', summary(change)] : h('span', {class: 'quiet'}, change.spreading ? 'being spread' : 'concerns no pod'))},
              {title: 'Half', class: 'number', cell: (change) => microseconds(change.time_to_apply?.p50)},
              {title: '99 of 100', class: 'number', cell: (change) => microseconds(change.time_to_apply?.p99)},
              {title: 'All so far', class: 'number', cell: (change) => microseconds(change.time_to_apply?.max)}]});
}
