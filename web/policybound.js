// Where a policy is bound: the networks and ports that the centre gives it to, and how far their pods are.
import {get, list} from './api.js';
import {h, section} from './dom.js';
import {shortId} from './format.js';
import {name} from './names.js';
import {tally} from './policies.js';
import {stateOfName, states} from './states.js';
import {Table} from './table.js';

const kMost = 100;  // of each kind

function grouped(bindings) {
  const groups = new Map();
  for (const binding of bindings) {
    if (!groups.has(binding.central_id)) groups.set(binding.central_id, new Uint32Array(states.length));
    ++groups.get(binding.central_id)[stateOfName(binding.state)];
  }
  return groups;
}

export function boundSection(policyId, signal) {
  const table = new Table({
    label: 'Networks and ports that have it', empty: 'No network and no port has it.', key: (item) => item.id,
    columns: [{title: 'Bound to', cell: (item) => [`${item.kind} `, item.name ? name(item.name) : shortId(item.id)]},
              {title: 'In the pods', cell: (item) => (item.counts.some((number) => number > 0) ? tally(item.counts) : h('span', {class: 'quiet'}, 'in no pod yet'))}]});
  const more = h('p', {class: 'quiet'});

  const wanted = async (kind) => {
    const page = await get(`/v2.0/${kind}s`, {qos_policy_id: policyId, limit: kMost + 1}, signal);
    return page[`${kind}s`].map((one) => ({kind, id: one.id, name: one.name}));
  };

  return {
    node: section('Bound to', table.node, more),
    async refresh() {
      const [networks, ports, {rows}] = await Promise.all([
        wanted('network'), wanted('port'), list('/v1.0/bindings', 'bindings', {policy_id: policyId}, signal, 2000)]);
      const groups = grouped(rows);
      const items = [...networks.slice(0, kMost), ...ports.slice(0, kMost)];
      // Pods may still bear it where the centre wants another already.
      const known = new Set(items.map((item) => item.id));
      for (const row of rows) {
        if (known.has(row.central_id) || networks.length > kMost || ports.length > kMost) continue;
        known.add(row.central_id);
        items.push({kind: row.resource_type, id: row.central_id, name: ''});
      }
      table.show(items.map((item) => ({...item, counts: Array.from(groups.get(item.id) ?? [])})));
      more.textContent = networks.length > kMost || ports.length > kMost ? `The first ${kMost} of each kind.` : '';
    },
  };
}
