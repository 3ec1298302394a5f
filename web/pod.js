// Pods: all of them, and one: does it answer, how fast, what can it do, what waits for it.
import {call, get, list} from './api.js';
import {act, atMostEach, fill, h, section} from './dom.js';
import {count, id as wholeId, seconds, stateChip, time} from './format.js';
import {jobsTable} from './jobs.js';
import {board, listen} from './live.js';
import {name, words} from './names.js';
import {capabilities} from './podcheck.js';
import {boardTable, tally} from './policies.js';
import {isAdmin} from './session.js';
import {kInSync, states} from './states.js';
import {facts, Table} from './table.js';

function circuitChip(open, paused) {
  if (open) return stateChip('pod_down');
  return h('span', {class: `chip ${paused ? 'state-held' : 'state-in_sync'}`}, h('span', {class: 'swatch', 'aria-hidden': 'true'}, paused ? 'Ⅱ' : '✓'),
           paused ? 'paused' : 'answers');
}

export function showPods(main, {signal}) {
  boardTable(main, {
    signal, title: 'Pods', label: 'Pods', kinds: ['cells', 'board', 'pods'], key: (row) => row.pod_id,
    textOf: ({pod}) => `${pod.region_name} ${pod.az_name}`,
    items: () => board.pods.map((pod, index) => ({pod, row: () => ({...pod, counts: Array.from(board.countsOfPod(index))})})),
    columns: [{title: 'Pod', cell: (row) => h('a', {href: `#/pods/${row.pod_id}`}, name(row.region_name))},
              {title: 'Zone', cell: (row) => name(row.az_name)}, {title: 'Circuit', cell: (row) => circuitChip(row.circuit === 'open', row.paused)},
              {title: 'Policies', cell: (row) => tally(row.counts)}]});
}

function engineFacts(engine) {
  if (!engine) return facts(['Engine', h('span', {class: 'quiet'}, 'this server does not tell')]);
  const {last_runs: runs} = engine, ms = (value) => seconds(value == null ? null : value / 1000);
  return facts(runs && [`Half of the last ${count(runs.of)} runs took`, ms(runs.p50_ms)], runs && ['The longest of them', ms(runs.max_ms)],
               ['Running now', count(engine.running)], ['Waiting', count(engine.due)],
               ['Longest wait', seconds(engine.oldest_due_seconds)], ['Failures in a row', count(engine.failures)]);
}

function circuitFacts(pod) {
  const {circuit, engine} = pod;
  return [h('p', {}, circuitChip(circuit.open, pod.paused_since), circuit.open && engine?.since ? [' since ', time(engine.since)] : null,
            pod.paused_since ? [' paused since ', time(pod.paused_since)] : null,
            pod.left_alone_until ? [' It asks to be left alone until ', time(pod.left_alone_until)] : null),
          circuit.open && circuit.last_error ? h('p', {class: 'said'}, words(circuit.last_error)) : null];
}

function podActions(pod, refresh) {
  const path = `/v1.0/pauses/pod/${pod.pod_id}`, then = (does) => async () => { await does(); refresh(); };
  return h('div', {class: 'actions'},
    pod.paused_since ? act('Resume', 'work in this pod goes on', then(() => call('DELETE', path)))
                     : act('Pause', 'nothing new is begun in this pod', then(() => call('PUT', path))),
    act('Check', 'look at this pod’s Neutron again', then(() => call('POST', `/v1.0/pods/${pod.pod_id}/check`))),
    act('Audit', 'compare all that we have in this pod', then(() => call('POST', '/v1.0/audits', {body: {audit: {pod_id: pod.pod_id}}}))));
}

function troublesTable() {
  return new Table({label: 'Copies that are not in sync', empty: 'All copies are in sync.', key: (copy) => copy.id,
    columns: [{title: 'Policy', cell: (copy) => h('a', {href: `#/policies/${copy.id}`}, name(copy.name))},
              {title: 'State', cell: (copy) => stateChip(states[copy.state].name)}]});
}

// What the board knows of a pod, which is all that somebody without an admin's rights is told.
function troublesOf(podId) {
  const column = board.podAt.get(podId);
  if (column === undefined) return {counts: [], rows: []};
  const rows = board.policies.map(({id, name: called}, row) => ({id, name: called, state: board.state(row, column)}))
                   .filter((one) => one.state > kInSync).sort((a, b) => b.state - a.state);
  return {counts: board.countsOfPod(column), rows};
}

function driftsTable() {
  return new Table({label: 'Changed by hand', empty: 'Nothing was found changed by hand.', key: (drift) => String(drift.id),
    columns: [{title: 'Found', cell: (drift) => time(drift.found_at)},
              {title: 'What', cell: (drift) => (drift.resource_type.endsWith('policy') ? h('a', {href: `#/policies/${drift.policy_id}`}, 'policy') : drift.resource_type)},
              {title: 'Differs', class: 'wide', cell: (drift) => words(drift.found)}]});
}

function showForReader(main, {signal, id}) {
  const troubles = troublesTable(), head = h('div');
  const refresh = atMostEach(500, () => {
    const column = board.podAt.get(id), pod = board.pods[column];
    fill(head, h('h1', {}, pod ? name(pod.region_name) : 'Not found'), pod ? h('p', {}, circuitChip(pod.circuit === 'open', pod.paused)) : null,
         pod ? h('div', {}, tally(board.countsOfPod(column))) : null);
    troubles.show(troublesOf(id).rows.slice(0, 200));
  }, signal);
  fill(main, head, section('Not in sync', troubles.node));
  for (const kind of ['cells', 'board', 'pods']) listen(kind, refresh, signal);
  refresh();
}

export async function showPod(main, context) {
  if (!isAdmin()) return showForReader(main, context);
  const {signal, id} = context;
  const head = h('div'), circuit = h('div'), engine = h('div'), summary = h('div'), troubles = troublesTable(), drifts = driftsTable();
  const audit = h('div'), can = capabilities();
  const queue = jobsTable('Jobs that wait or failed here', () => refresh(), {pod: false});
  const left = {};
  // Only what says something new is drawn anew, so that nobody's focus or selection is lost.
  const draw = (key, value, node, build) => {
    const said = JSON.stringify(value);
    if (left[key] === said) return;
    left[key] = said;
    fill(node, build());
  };

  const read = async () => {
    const {pod} = await get(`/v1.0/pods/${id}`, {detail: 'true'}, signal).catch((error) => {
      if (error.status !== 400) throw error;
      return get(`/v1.0/pods/${id}`, {}, signal);
    });
    const {engine: told, ...still} = pod;
    draw('head', [still.paused_since, still], head, () => [
      h('div', {class: 'title'}, h('h1', {}, name(pod.region_name)), podActions(pod, refresh)),
      facts(['Zone', name(pod.az_name)], pod.dc_name && ['Data centre', name(pod.dc_name)], ['Neutron', words(pod.neutron_url || 'not known yet')],
            ['Found', pod.from_catalogue ? `in Keystone’s catalogue (${pod.interface}, ${pod.service_type})` : 'by hand'],
            pod.embedded && ['Kind', 'embedded pod'], pod.leaving && ['Leaving', h('span', {class: 'bad'}, 'its copies are being removed')], ['Id', wholeId(pod.pod_id)])]);
    draw('circuit', [pod.circuit, pod.paused_since, pod.left_alone_until, told?.since], circuit, () => circuitFacts(pod));
    draw('engine', told, engine, () => engineFacts(told));
  };

  const refresh = atMostEach(1000, async () => {
    const jobs = (status) => get('/v1.0/jobs', {all_projects: 'true', pod_id: id, status, limit: 50}, signal);
    const [, failed, waiting, running, {check}, found, {audit: audited}] = await Promise.all([
      read(), jobs('FAIL'), jobs('NEW'), jobs('RUNNING'), get(`/v1.0/pods/${id}/check`, {}, signal),
      list('/v1.0/drifts', 'drifts', {open: 'true', pod_id: id}, signal, 100),
      get(`/v1.0/audits/${id}`, {}, signal)]);
    queue.show([...failed.jobs, ...running.jobs, ...waiting.jobs]);
    can.show(check);
    drifts.show(found.rows);
    draw('audit', audited, audit, () => facts(['Audits', count(audited.audits)], ['Last ended', time(audited.ended_at)],
      ['Looked at', count(audited.looked_at)], ['Found', count(audited.found)], ['Next', time(audited.due_at)]));
    if (check.answered < check.asked) setTimeout(refresh, 500);
  }, signal);
  const refreshBoard = atMostEach(500, () => {
    const {counts, rows} = troublesOf(id);
    draw('counts', Array.from(counts), summary, () => tally(counts));
    troubles.show(rows.slice(0, 200));
  }, signal);

  await read();
  fill(main, head, h('div', {class: 'columns'}, section('Health', circuit, engine), section('Policies here', summary, troubles.node)),
       section('Queue', queue.node), h('div', {class: 'columns'}, section('Capabilities', can.node), section('Audits', audit, drifts.node)));
  for (const kind of ['cells', 'board']) listen(kind, refreshBoard, signal);
  for (const kind of ['pods', 'jobs', 'board']) listen(kind, refresh, signal);
  const timer = setInterval(refresh, 5000);
  signal.addEventListener('abort', () => clearInterval(timer));
  refresh();
  refreshBoard();
}
