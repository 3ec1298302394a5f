// Where a policy is bound: the networks and ports that bear it in their pods, and how far these are.
import {get, list} from './api.js';
import {h, section} from './dom.js';
import {shortId} from './format.js';
import {name} from './names.js';
import {tally} from './policies.js';
import {stateOfName, states} from './states.js';
import {Table} from './table.js';

const kMost = 100;  // that are shown

function grouped(bindings) {
  const groups = new Map();
  for (const binding of bindings) {
    const {central_id: id, resource_type: kind} = binding;
    if (!groups.has(id)) groups.set(id, {id, kind, counts: new Uint32Array(states.length)});
    ++groups.get(id).counts[stateOfName(binding.state)];
  }
  return groups;
}

export function boundSection(policyId, signal) {
  const table = new Table({
    label: 'Networks and ports that have it', empty: 'No network and no port has it in any pod.', key: (item) => item.id,
    columns: [{title: 'Bound to', cell: (item) => [`${item.kind} `, item.name ? name(item.name) : shortId(item.id)]},
              {title: 'In the pods', cell: (item) => tally(item.counts)}]});
  const more = h('p', {class: 'quiet'});

  // Names are asked for once: the bindings have ids alone.
  const names = new Map();
  const learn = async (kind, ids) => {
    const unknown = ids.filter((id) => !names.has(id));
    if (!unknown.length) return;
    const query = new URLSearchParams([...unknown.map((id) => ['id', id]), ['fields', 'id'], ['fields', 'name']]);
    const page = await get(`/v2.0/${kind}s?${query}`, {}, signal);
    for (const id of unknown) names.set(id, '');
    for (const one of page[`${kind}s`]) names.set(one.id, one.name);
  };

  return {
    node: section('Bound to', table.node, more),
    async refresh() {
      const page = await list('/v1.0/bindings', 'bindings', {policy_id: policyId}, signal, 2000);
      const groups = [...grouped(page.rows).values()], shown = groups.slice(0, kMost);
      const idsOf = (kind) => shown.filter((group) => group.kind === kind).map((group) => group.id);
      await Promise.all(['network', 'port'].map((kind) => learn(kind, idsOf(kind))));
      table.show(shown.map((group) => ({...group, name: names.get(group.id), counts: Array.from(group.counts)})));
      more.textContent = page.more || groups.length > kMost ? `The first ${shown.length}.` : '';
    },
  };
}
