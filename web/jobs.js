// Jobs: what XJob has done, does and cannot do. Filters are in the address, so that a look can be kept and passed on.
import {call, get} from './api.js';
import {act, ask, atMostEach, fill, h, notice, section} from './dom.js';
import {count, id as wholeId, jobChip, microseconds, shortId, time} from './format.js';
import {board, listen} from './live.js';
import {name, words} from './names.js';
import {facts, Table} from './table.js';

const kTypes = ['qos_create', 'qos_update', 'qos_delete', 'sync_qos_rule', 'update_network', 'update_port', 'port_delete'];
const kPage = 50;
const kAllPods = 'not_specified_pod';

function podName(podId) {
  if (podId === kAllPods) return h('span', {class: 'quiet'}, 'its pods');
  const index = board.podAt.get(podId);
  return h('a', {href: `#/pods/${podId}`}, index === undefined ? shortId(podId) : name(board.pods[index].region_name));
}

function resourceOf({resource}) {
  const policy = resource.policy_id ?? resource.qos_policy_id;
  const index = policy ? board.policyAt.get(policy) : undefined;
  const parts = [];
  if (policy) parts.push(h('span', {}, 'policy ', h('a', {href: `#/policies/${policy}`}, index === undefined ? shortId(policy) : name(board.policies[index].name))));
  for (const [key, value] of Object.entries(resource)) {
    if (value === policy || key === 'pod_id' || key === 'res_type' || !value) continue;
    const kind = key === 'res_id' ? resource.res_type : key.replace(/_id$/, '');
    parts.push(h('span', {}, `${kind} `, shortId(String(value))));
  }
  return parts.flatMap((part, at) => (at ? [', ', part] : [part]));
}

const isParent = (job) => job.pod_id === kAllPods;
const mayRedo = (job) => job.status === 'FAIL' || job.status === 'NEW';
const mayCancel = (job) => job.status === 'NEW' || (job.status === 'RUNNING' && isParent(job));

// What an admin may do with a job, as buttons.
function jobActions(job, refresh) {
  const then = (does) => async () => {
    await does();
    refresh();
  };
  return h('span', {class: 'actions'},
    mayRedo(job) && act(job.status === 'NEW' ? 'Try now' : 'Redo', `job ${job.id}`, then(() => call('PUT', `/v1.0/jobs/${job.id}`))),
    mayCancel(job) && act('Cancel', `job ${job.id}`, async () => {
      if (!await ask('Cancel the job?', 'The centre still says what it said, and the pod stays behind until somebody asks again.', 'Cancel the job')) return;
      await call('PUT', `/v1.0/jobs/${job.id}/cancel`);
      refresh();
    }));
}

export function jobsTable(label, refresh, {pod = true} = {}) {
  return new Table({
    label, empty: 'No jobs.', key: (job) => job.id,
    columns: [{title: 'Job', cell: (job) => h('a', {href: `#/jobs/${job.id}`}, time(job.created_at), h('span', {class: 'unseen'}, ` job ${job.id}`))},
              {title: 'Type', cell: (job) => job.type}, {title: 'Status', cell: (job) => jobChip(job.status)},
              ...(pod ? [{title: 'Pod', cell: (job) => podName(job.pod_id)}] : []),
              {title: 'About', cell: resourceOf}, {title: 'Tries', class: 'number', cell: (job) => count(job.attempts)},
              {title: 'Took', class: 'number', cell: (job) => microseconds(job.microseconds)},
              {title: 'Words', class: 'wide', cell: (job) => [job.last_error ? words(job.last_error) : '',
                job.next_try_at && job.status === 'NEW' ? h('div', {class: 'quiet'}, 'next try ', time(job.next_try_at)) : null]},
              {title: 'Do', class: 'act', cell: (job) => jobActions(job, refresh)}]});
}

function choice(label, key, query, options, changed) {
  const select = h('select', {'aria-label': label, change: (event) => changed(key, event.target.value)},
                   h('option', {value: ''}, label), options.map(([value, text]) => h('option', {value}, text)));
  select.value = query.get(key) ?? '';
  return select;
}

export function showJobs(main, {signal, query}) {
  let pages = 1;
  const changed = (key, value) => {
    if (value) query.set(key, value);
    else query.delete(key);
    history.replaceState(null, '', `#/jobs${query.size ? `?${query}` : ''}`);
    pages = 1;
    drawBulk();
    refresh();
  };
  const asked = () => Object.fromEntries(['status', 'type', 'pod_id', 'project_id', 'parent_id'].map((key) => [key, query.get(key)]));
  const table = jobsTable('Jobs', () => refresh());
  const older = h('button', {hidden: true, click: () => { ++pages; refresh(); }}, 'Older ones');
  const bulk = h('span', {class: 'actions'});
  const pods = h('span');
  const drawPods = () => fill(pods, choice('Every pod', 'pod_id', query, board.pods.map((pod) => [pod.pod_id, pod.region_name]), changed));

  const drawBulk = () => {
    const status = query.get('status');
    fill(bulk, (status === 'FAIL' || status === 'NEW') && act(status === 'FAIL' ? 'Redo all of these' : 'Try all of these now',
      'every job that the filters match, also those further down', async () => {
        if (!await ask('Do all of these again?', 'Every job that the filters match is done again, not only those in sight.', 'Do them again')) return;
        let done = 0;
        for (let next = '/v1.0/jobs', ask_ = {all_projects: 'true', ...asked()}; next;) {
          const page = await call('PUT', next, {query: ask_});
          done += page.redone;
          const link = page.jobs_links?.[0];
          const address = link && new URL(link.href, location.origin);
          next = address && address.pathname + address.search;
          ask_ = {};
        }
        notice(`${count(done)} jobs are done again.`, 'good');
        refresh();
      }));
  };

  const refresh = atMostEach(1000, async () => {
    const page = await get('/v1.0/jobs', {all_projects: 'true', limit: Math.min(1000, kPage * pages), ...asked()}, signal);
    table.show(page.jobs);
    older.hidden = !page.jobs_links?.length;
  }, signal);

  const project = h('input', {type: 'search', placeholder: 'Project', 'aria-label': 'Project', value: query.get('project_id') ?? '', spellcheck: 'false',
                              change: (event) => changed('project_id', event.target.value.trim())});
  fill(main, h('h1', {}, 'Jobs'), h('div', {class: 'toolbar'},
         choice('Every status', 'status', query, [['NEW', 'NEW: waiting'], ['RUNNING', 'RUNNING'], ['SUCCESS', 'SUCCESS: done'], ['FAIL', 'FAIL: will not be done by itself']], changed),
         choice('Every type', 'type', query, kTypes.map((type) => [type, type]), changed), pods, project, bulk),
       table.node, h('div', {class: 'actions'}, older));
  drawPods();
  drawBulk();
  listen('jobs', refresh, signal);
  listen('board', () => { drawPods(); refresh(); }, signal);
  refresh();
}

export async function showJob(main, {signal, id}) {
  const head = h('div'), children = jobsTable('Jobs in the pods', () => refresh()), below = section('In the pods', children.node);
  let said = '';
  const show = (job) => {
    const now = JSON.stringify(job);
    if (now === said) return;
    said = now;
    fill(head, h('div', {class: 'title'}, h('h1', {}, job.type, ' ', jobChip(job.status)), jobActions(job, refresh)),
         job.last_error ? h('p', {class: 'said'}, words(job.last_error)) : null,
         facts(['About', h('span', {}, resourceOf(job))], ['Pod', podName(job.pod_id)], ['Project', name(job.project_id)], ['Tries', count(job.attempts)],
               ['Made', time(job.created_at)], ['Begun', time(job.started_at)], ['Ended', time(job.finished_at)], ['Took', microseconds(job.microseconds)],
               job.status === 'NEW' && ['Next try', time(job.next_try_at)],
               job.parent_id && ['Part of', h('a', {href: `#/jobs/${job.parent_id}`}, shortId(job.parent_id))], ['Id', wholeId(job.id)]));
    below.hidden = !isParent(job);
  };
  const refresh = atMostEach(1000, async () => {
    const {job} = await get(`/v1.0/jobs/${id}`, {}, signal);
    show(job);
    if (isParent(job)) children.show((await get('/v1.0/jobs', {all_projects: 'true', parent_id: id, limit: 1000}, signal)).jobs);
  }, signal);
  show((await get(`/v1.0/jobs/${id}`, {}, signal)).job);
  fill(main, head, below);
  listen('jobs', refresh, signal);
  refresh();
}
