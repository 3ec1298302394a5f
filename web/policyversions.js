// What a policy was, and the way back to it.
import {call, get} from './api.js';
import {differences, ruleName, ruleText} from './difference.js';
import {act, ask, h, section} from './dom.js';
import {time} from './format.js';
import {name, words} from './names.js';
import {isAdmin} from './session.js';
import {Table} from './table.js';

// In what a version is unlike the one before it, in short words.
function steps(version, before) {
  if (!before) return 'the first that is kept';
  const found = differences(version, {attributes: before, rules: before.rules});
  if (!Array.isArray(found) || !found.length) return 'the same';
  return found.map(({what, centre, pod}) => `${what}: ${pod ?? 'nothing'} → ${centre ?? 'nothing'}`).join('; ');
}

export function versionsSection(policyId, signal) {
  const goBack = (version) => act('Go back', `to version ${version.version}`, async () => {
    const sure = await ask(`Back to version ${version.version}?`,
      'Name, description, sharing and rules become what they were then, in every pod. It is a change like any other, and can be gone back from.', 'Go back');
    if (!sure) return;
    await call('POST', `/v1.0/policies/${policyId}/rollback`, {body: {rollback: {version: version.version}}});
    await refresh();
  });
  const table = new Table({
    label: 'Versions', empty: 'No versions are kept of it yet.', key: (version) => String(version.version),
    columns: [{title: 'Version', class: 'number', cell: (version) => String(version.version)},
              {title: 'Made', cell: (version) => time(version.created_at)},
              {title: 'Name', cell: (version) => name(version.name)},
              {title: 'Rules', cell: (version) => (version.rules ?? []).map((rule) => h('div', {}, `${ruleName(rule)}: ${ruleText(rule)}`))},
              {title: 'Changed', class: 'wide', cell: (version) => words(version.steps)},
              {title: 'Change', cell: (version) => (version.change_id ? h('a', {href: `#/changes/${version.change_id}`}, 'progress') : '–')},
              ...(isAdmin() ? [{title: 'Back', class: 'act', cell: (version) => (version.newest ? h('span', {class: 'quiet'}, 'as it is') : goBack(version))}] : [])]});

  const node = section('Versions', table.node);

  async function refresh() {
    const {versions} = await get(`/v1.0/policies/${policyId}/versions`, {}, signal).catch((error) => {
      // A policy that another project shares with the reader keeps its past to itself.
      if (error.status !== 404) throw error;
      node.hidden = true;
      return {versions: []};
    });
    table.show(versions.map((version, index) => ({...version, newest: index === 0, steps: steps(version, versions[index + 1])})));
    return versions;
  }
  return {node, refresh};
}
