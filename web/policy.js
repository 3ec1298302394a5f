// One policy: what the centre says, what each pod has of it and in what it differs, where it is bound, and what was done.
import {call, get, list} from './api.js';
import {differences, ruleText} from './difference.js';
import {act, atMostEach, fill, h, section} from './dom.js';
import {count, id as wholeId, stateChip, time} from './format.js';
import {listen} from './live.js';
import {name, words} from './names.js';
import {boundSection} from './policybound.js';
import {changesSection} from './policychanges.js';
import {versionsSection} from './policyversions.js';
import {isAdmin} from './session.js';
import {kNone, stateOfName, states} from './states.js';
import {facts, Table} from './table.js';

const shownValue = (value) => (value === null || value === '' ? h('span', {class: 'quiet'}, 'nothing') : words(String(value)));

function differenceList(found) {
  if (found === null) return h('span', {class: 'quiet'}, '–');
  if (found === 'unmade') return h('span', {class: 'quiet'}, 'not made yet');
  if (!found.length) return h('span', {class: 'quiet'}, 'nothing');
  return h('ul', {class: 'diff'}, found.map(({what, centre, pod}) => h('li', {}, h('span', {class: 'what'}, what),
    h('ins', {}, h('span', {class: 'side'}, 'centre '), shownValue(centre)),
    h('del', {}, h('span', {class: 'side'}, 'pod '), shownValue(pod)))));
}

function copiesTable() {
  return new Table({
    label: 'Copies in the pods', empty: 'No pod has a copy of it.', key: (copy) => copy.pod_id,
    rowClass: (copy) => (copy.found?.length ? 'differs' : ''),
    columns: [{title: 'Pod', cell: (copy) => h('a', {href: `#/pods/${copy.pod_id}`}, name(copy.region_name))},
              {title: 'State', cell: (copy) => stateChip(copy.state)},
              {title: 'Differs in', cell: (copy) => [differenceList(copy.found), copy.drift ? h('p', {class: 'drift'}, 'By hand: ', words(copy.drift)) : null]},
              {title: 'Since', cell: (copy) => time(copy.since)},
              {title: 'Tries', class: 'number', cell: (copy) => count(copy.attempts)},
              {title: 'Words', class: 'wide', cell: (copy) => (copy.last_error ? words(copy.last_error) : '')}]});
}

function rulesTable(rules) {
  const table = new Table({label: 'Rules', empty: 'It has no rules.', key: (rule) => rule.id,
    columns: [{title: 'Type', cell: (rule) => rule.type}, {title: 'Direction', cell: (rule) => rule.direction || '–'},
              {title: 'Values', cell: ruleText}]});
  table.show(rules);
  return table.node;
}

async function driftsOf(policyId, signal) {
  if (!isAdmin()) return new Map();
  const {rows} = await list('/v1.0/drifts', 'drifts', {open: 'true', policy_id: policyId}, signal, 1000);
  return new Map(rows.filter((drift) => drift.resource_type.endsWith('policy')).map((drift) => [drift.pod_id, drift.found]));
}

function actions(policy, settings, paused, refresh) {
  if (!isAdmin() || !settings) return null;
  const path = `/v1.0/pauses/policy/${policy.id}`, other = settings.on_drift === 'report' ? 'enforce' : 'report';
  const then = (does) => async () => { await does(); refresh(); };
  return h('div', {class: 'actions'},
           paused ? act('Resume', 'this policy goes on', then(() => call('DELETE', path)))
                  : act('Pause', 'this policy goes no further until it is resumed', then(() => call('PUT', path))),
           act(other === 'report' ? 'Only report drift' : 'Put drift right', 'when a pod’s copy was changed by hand',
               then(() => call('PUT', `/v1.0/policies/${policy.id}`, {body: {policy: {on_drift: other}}}))));
}

async function readHead(policyId, signal) {
  const [{policy}, settings, pauses] = await Promise.all([
    get(`/v2.0/qos/policies/${policyId}`, {}, signal),
    isAdmin() ? get(`/v1.0/policies/${policyId}`, {}, signal) : null, isAdmin() ? get('/v1.0/pauses', {}, signal) : null]);
  const paused = pauses?.pauses.find((pause) => pause.kind === 'policy' && pause.id === policyId);
  return {policy, settings: settings?.policy, paused};
}

function stateButtons(chosen, changed) {
  const node = h('div', {class: 'legends', role: 'group', 'aria-label': 'Show copies in one state'});
  const show = (counts) => fill(node, states.map((state, number) => number > kNone && counts[number] > 0 &&
    h('button', {class: `legend state-${state.name}`, 'aria-pressed': chosen.state === number, click: () => {
      chosen.state = chosen.state === number ? null : number;
      changed();
    }}, h('span', {class: 'swatch', 'aria-hidden': 'true'}, state.letter), h('span', {}, state.words),
      h('span', {class: 'number'}, count(counts[number])))));
  return {node, show};
}

export async function showPolicy(main, {signal, id}) {
  const head = h('div'), rules = h('div'), copies = copiesTable(), chosen = {state: null};
  const buttons = stateButtons(chosen, () => showCopies());
  const more = h('p', {class: 'quiet'});
  const versions = versionsSection(id, signal), bound = boundSection(id, signal), changes = changesSection(id, signal);
  let read = {rows: [], more: false}, said = '';

  const showCopies = () => {
    const counts = new Uint32Array(states.length);
    for (const copy of read.rows) ++counts[stateOfName(copy.state)];
    buttons.show(counts);
    const rank = (copy) => stateOfName(copy.state);
    copies.show(read.rows.filter((copy) => chosen.state === null || rank(copy) === chosen.state).sort((a, b) =>
      rank(b) - rank(a) || a.region_name.localeCompare(b.region_name, 'en', {numeric: true})));
    more.textContent = read.more ? `The first ${read.rows.length}.` : '';
  };

  const refreshHead = async () => {
    const {policy, settings, paused} = await readHead(id, signal);
    const now = JSON.stringify([policy, settings, paused]);
    if (now === said) return policy;
    said = now;
    fill(head, h('div', {class: 'title'}, h('h1', {}, name(policy.name)), actions(policy, settings, paused, refresh)),
         policy.description ? h('p', {}, words(policy.description)) : null,
         facts(['Id', wholeId(policy.id)], ['Project', name(policy.project_id)], ['Shared', policy.shared ? 'with all projects' : 'no'],
               policy.is_default && ['Default', 'of its project'],
               settings && ['Drift', settings.on_drift === 'report' ? 'is only reported' : 'is put right'],
               paused && ['Paused', h('span', {class: 'bad'}, 'since ', time(paused.since))]));
    fill(rules, rulesTable(policy.rules ?? []));
    return policy;
  };

  const refresh = atMostEach(1000, async () => {
    const [policy, page, drifts] = await Promise.all([
      refreshHead(), list('/v1.0/copies', 'copies', {policy_id: id, detail: 'true'}, signal, 2000), driftsOf(id, signal)]);
    read = {more: page.more, rows: page.rows.map((copy) => ({...copy, found: differences(policy, copy), drift: drifts.get(copy.pod_id)}))};
    showCopies();
    await Promise.all([versions.refresh().then(changes.refresh), bound.refresh()]);
  }, signal);

  await refreshHead();
  fill(main, head, h('div', {class: 'columns'}, section('Rules', rules), bound.node),
       section('In the pods', buttons.node, copies.node, more), changes.node, versions.node);
  listen('cells', (ids) => { if (ids.includes(id)) refresh(); }, signal);
  listen('board', refresh, signal);
  // Others' jobs are most often not about this policy.
  listen('jobs', atMostEach(3000, refresh, signal), signal);
  refresh();
}

