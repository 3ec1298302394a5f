// Parts of the page that think and do not draw, without a browser.
import {expect, test} from '@playwright/test';
import {Board} from '../../web/board.js';
import {differences} from '../../web/difference.js';
import {count, seconds} from '../../web/format.js';
import {HeatPlan} from '../../web/heatplan.js';
import {quantile, readHistograms, since, together, total} from '../../web/histogram.js';
import {isolatedName, plainName} from '../../web/names.js';
import {EventParser} from '../../web/stream.js';

test('events are found however the stream is cut', () => {
  const text = ': still here\n\nevent: cells\ndata: {"version":1}\n\nevent: jobs\r\ndata: a\r\ndata: b\r\n\r\nid: 7\ndata:x\n\nevent: nothing\n\n';
  for (let size = 1; size < text.length; ++size) {
    const found = [], parser = new EventParser((event) => found.push(event));
    for (let at = 0; at < text.length; at += size) parser.take(text.slice(at, at + size));
    expect(found, `in pieces of ${size}`).toEqual([{event: 'cells', data: '{"version":1}'}, {event: 'jobs', data: 'a\nb'}, {event: 'message', data: 'x'}]);
  }
});

test('the board counts what it has, takes rows that are newer, and knows another life’s', () => {
  const board = new Board(), pods = ['a', 'b', 'c'].map((pod_id) => ({pod_id})), life = 5 * 2 ** 32;
  board.take({version: life + 1, pods, policies: [{id: 'p'}, {id: 'q'}], cells: ['i.x', '?ii']});
  expect(Array.from(board.counts).reduce((sum, one) => sum + one)).toBe(6);
  expect(board.takeRows({version: life + 1, rows: [['p', 'iii']]})).toEqual([]);
  expect(board.takeRows({version: life + 2, rows: [['p', 'iix'], ['nobody', 'iii'], ['q', '?ii']]})).toEqual(['p']);
  expect(board.troubles(10)).toEqual([{policy: 0, pod: 2, state: board.state(0, 2)}]);
  expect(board.takeRows({version: 7, rows: [['p', 'iii']]})).toEqual(['p']);
  expect(board.troubles(10)).toEqual([]);
});

test('marks stand for all cells, each for as many as its neighbours or one more', () => {
  const plan = new HeatPlan(), all = [...Array(1000).keys()];
  plan.choose(all, all);
  for (const [width, ratio, zoom] of [[1200, 1, 0], [340, 3, 0], [800, 2, 3], [50, 1, 0], [4000, 1, 0]]) {
    plan.lay({width, height: width, left: 40, top: 40, ratio, zoom});
    expect(plan.x.start[0]).toBe(0);
    expect(plan.x.start[plan.x.marks]).toBe(1000);
    const sizes = Array.from(plan.x.start.slice(1), (end, mark) => end - plan.x.start[mark]);
    expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
    expect(plan.x.size).toBeGreaterThanOrEqual(3 * ratio);
    const cell = {row: 999, column: 999}, box = plan.box(cell, {x: 0, y: 0}), {columns} = plan.mates(cell);
    expect(plan.at(box.x + 1, box.y + 1, {x: 0, y: 0}).column).toBe(columns[0]);
    expect(columns[1]).toBe(1000);
  }
});

test('a copy’s differences are named value by value', () => {
  const limit = {id: '1', type: 'bandwidth_limit', direction: 'egress', max_kbps: 100, max_burst_kbps: 0}, mark = {id: '2', type: 'dscp_marking', dscp_mark: 26};
  const policy = {name: 'gold', description: '', shared: false, rules: [limit, mark]}, attributes = {name: 'gold', description: '', shared: false};
  expect(differences(policy, {attributes, rules: [limit, {...mark, direction: '', refused: false}]})).toEqual([]);
  expect(differences(policy, {attributes: {}, rules: []})).toBe('unmade');
  expect(differences(policy, {})).toBe(null);
  expect(differences(policy, {attributes: {...attributes, shared: true}, rules: [{...limit, max_kbps: 5}, {...limit, direction: 'ingress'}]})).toEqual([
    {what: 'shared', centre: false, pod: true}, {what: 'bandwidth_limit egress, max_kbps', centre: 100, pod: 5},
    {what: 'dscp_marking', centre: 'dscp_mark 26', pod: null}, {what: 'bandwidth_limit ingress', centre: null, pod: 'max_kbps 100, max_burst_kbps 0'}]);
  expect(differences(policy, {attributes, rules: [limit, {...mark, refused: true}]})).toEqual([{what: 'dscp_marking', centre: 'dscp_mark 26', pod: 'refused'}]);
});

test('quantiles come from the buckets as Prometheus has them, also after a restart', () => {
  const text = ['GET', 'PUT'].flatMap((method) => [['0.1', 50], ['0.2', 90], ['+Inf', 100]].map(([le, number]) =>
    `tricircle_http_request_duration_seconds_bucket{method="${method}",le="${le}"} ${number}`)).join('\n');
  const bounds = together(readHistograms(`# HELP\n${text}\ntricircle_other{le="1"} 5\n`));
  expect(total(bounds)).toBe(200);
  expect(quantile(bounds, 0.5)).toBeCloseTo(0.1);
  expect(quantile(bounds, 0.7)).toBeCloseTo(0.15);
  expect(quantile(bounds, 0.99)).toBeCloseTo(0.2);
  expect(total(since(bounds, bounds))).toBe(0);
  expect(quantile(since(bounds, bounds), 0.5)).toBe(null);
  expect(total(since(new Map([[Infinity, 3]]), bounds))).toBe(3);
});

test('what cannot be seen in a name is spelt out, and emoji stay whole', () => {
  expect(plainName('a\u202eb\u0000\ud800')).toBe('a⟨U+202E⟩b⟨U+0000⟩\ufffd');
  expect(plainName('👩‍👩‍👧 ❤️‍🔥')).toBe('👩‍👩‍👧 ❤️‍🔥');
  expect(plainName('a\u200db')).toBe('a⟨U+200D⟩b');
  expect(isolatedName('')).toBe('\u2068no name\u2069');
  expect(plainName('x'.repeat(1000))).toHaveLength(301);
  expect(plainName('😀'.repeat(255))).toBe('😀'.repeat(255));
});

test('numbers and durations are short', () => {
  expect([0, 999, 1000, 1234567].map(count)).toEqual(['0', '999', '1,000', '1,234,567']);
  expect([0.000005, 0.0056, 0.25, 4.2, 61, 7300, 200_000, null].map(seconds)).toEqual(['5 µs', '5.6 ms', '250 ms', '4.20 s', '1 min 1 s', '2 h 2 min', '2 d', '–']);
});
