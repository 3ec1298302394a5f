// How long changes take to be everywhere, and how long the API takes to answer.
import {list, metrics} from './api.js';
import {nameOfResource} from './changetable.js';
import {atMostEach, fill, h} from './dom.js';
import {count, instant, microseconds, seconds, time} from './format.js';
import {quantile, readHistograms, since, together, total} from './histogram.js';
import {listen} from './live.js';
import {plot, plotKey} from './plot.js';
import {Table} from './table.js';

const kEvery = 5000, kPoints = 720;  // an hour of looks
const kChanges = 200;
let looks = [];  // kept while the reader looks elsewhere

function chart(title, note) {
  const frame = h('div', {class: 'frame'}), key = h('div'), numbers = h('div');
  return {node: h('section', {}, h('h2', {}, title), h('p', {class: 'quiet'}, note), frame, key, h('details', {}, h('summary', {}, 'In numbers'), numbers)),
          numbers, show(series, label) {
            fill(frame, plot({series, label, width: Math.max(260, frame.clientWidth)}));
            fill(key, plotKey(series));
          }};
}

function convergence(changes) {
  const done = changes.filter((change) => change.time_to_apply?.max !== null && change.time_to_apply?.max !== undefined);
  const points = (...which) => done.map((change) => [instant(change.created_at).getTime(), ...which.map((key) => Math.max(1e-6, change.time_to_apply[key] / 1e6))]);
  return [{kind: 'spans', style: 'faint', points: points('p50', 'max')}, {kind: 'dots', style: 'first', label: 'half of the pods', points: points('p50')},
          {kind: 'dots', style: 'second', label: 'all that have it', points: points('max')}];
}

function latency() {
  const points = (key) => looks.filter((look) => look[key] !== null).map((look) => [look.at, Math.max(1e-6, look[key])]);
  return [{kind: 'line', style: 'first', label: 'half of the requests', points: points('p50')},
          {kind: 'line', style: 'second', label: '99 of 100', points: points('p99')}];
}

export async function showCharts(main, {signal}) {
  const changesChart = chart('Time to apply', `Of the last ${kChanges} changes: from the answer of the centre until pods confirmed it.`);
  const apiChart = chart('Time to answer', 'Of all requests to this server, each 5 s while this view is open; the first since the server’s start.');
  const changes = new Table({label: 'Time to apply, by change', key: (change) => change.id, empty: 'No change was applied yet.',
    columns: [{title: 'Made', cell: (change) => time(change.created_at)}, {title: 'What', cell: nameOfResource},
              {title: 'Half', class: 'number', cell: (change) => microseconds(change.time_to_apply.p50)},
              {title: '99 of 100', class: 'number', cell: (change) => microseconds(change.time_to_apply.p99)},
              {title: 'All', class: 'number', cell: (change) => microseconds(change.time_to_apply.max)}]});
  const methods = new Table({label: 'Time to answer, by method', key: (row) => row.method, empty: 'This server does not tell.',
    columns: [{title: 'Method', cell: (row) => row.method}, {title: 'Requests', class: 'number', cell: (row) => count(row.requests)},
              {title: 'Half', class: 'number', cell: (row) => seconds(row.p50)}, {title: '99 of 100', class: 'number', cell: (row) => seconds(row.p99)}]});
  changesChart.numbers.append(changes.node);
  apiChart.numbers.append(methods.node);
  fill(main, h('h1', {class: 'unseen'}, 'Charts'), h('div', {class: 'charts'}, changesChart.node, apiChart.node));

  let rows = [], before = looks.at(-1)?.bounds ?? null;
  const drawChanges = () => {
    changesChart.show(convergence(rows), `Time to apply of ${rows.length} changes; the numbers are in the table below`);
    changes.show(rows.filter((change) => change.time_to_apply?.max !== null && change.time_to_apply?.max !== undefined));
  };
  const drawApi = () => apiChart.show(latency(), 'Time to answer over time; the numbers are in the table below');

  const readChanges = atMostEach(5000, async () => {
    ({rows} = await list('/v1.0/changes', 'changes', {}, signal, kChanges));
    drawChanges();
  }, signal);
  const readMetrics = atMostEach(kEvery / 2, async () => {
    const histograms = readHistograms(await metrics(signal)), bounds = together(histograms), step = since(bounds, before);
    before = bounds;
    looks.push({at: Date.now(), bounds, p50: quantile(step, 0.5), p99: quantile(step, 0.99)});
    looks = looks.slice(-kPoints);
    methods.show([...histograms].map(([method, its]) => ({method, requests: total(its), p50: quantile(its, 0.5), p99: quantile(its, 0.99)}))
                     .sort((a, b) => b.requests - a.requests));
    drawApi();
  }, signal);

  let width = main.clientWidth;
  const sizes = new ResizeObserver(() => {
    if (main.clientWidth === width) return;
    width = main.clientWidth;
    drawChanges();
    drawApi();
  });
  sizes.observe(main);
  const timer = setInterval(readMetrics, kEvery);
  signal.addEventListener('abort', () => {
    clearInterval(timer);
    sizes.disconnect();
  });
  listen('cells', readChanges, signal);
  readChanges();
  readMetrics();
}
