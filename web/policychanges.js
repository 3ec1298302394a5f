// The changes of a policy. Those of its rules are told of the rules; the policy's versions know them.
import {get} from './api.js';
import {changesTable} from './changetable.js';
import {section} from './dom.js';

const kMost = 20;

export function changesSection(policyId, signal) {
  const table = changesTable('Changes of this policy'), ended = new Map();

  async function find(id) {
    if (ended.has(id)) return ended.get(id);
    const {change} = await get(`/v1.0/changes/${id}`, {}, signal);
    // Of what is everywhere nothing will be otherwise.
    if (!change.spreading && change.waiting === 0) ended.set(id, change);
    return change;
  }

  return {
    node: section('Changes', table.node),
    async refresh(versions) {
      const {changes} = await get('/v1.0/changes', {resource_id: policyId, limit: kMost}, signal);
      const known = new Set(changes.map((change) => change.id));
      const others = versions.map((version) => version.change_id).filter((id) => id && !known.has(id));
      // A change is forgotten before the version that it made.
      const found = await Promise.allSettled(others.map(find));
      const all = [...changes, ...found.filter((one) => one.status === 'fulfilled').map((one) => one.value)];
      const place = new Map(versions.map((version) => [version.change_id, version.version]));
      table.show(all.sort((a, b) => b.created_at.localeCompare(a.created_at) || (place.get(b.id) ?? 0) - (place.get(a.id) ?? 0)).slice(0, kMost));
    },
  };
}
