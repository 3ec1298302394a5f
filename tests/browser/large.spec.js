// A thousand pods and a thousand policies: drawn at once, small in memory, and quick while a thousand cells a second turn.
import {execFileSync, spawn} from 'node:child_process';
import {once} from 'node:events';
import {readFileSync} from 'node:fs';
import path from 'node:path';
import {expect, test} from './fixtures.js';
import {Process, freePort, removeFolder, temporaryFolder} from './processes.js';

const kSize = 1000, kMiB = 2 ** 20;
const filler = path.join(import.meta.dirname, 'thousand.py');
let folder, central, url;

test.describe.configure({mode: 'serial'});

test.beforeAll(async () => {
  test.setTimeout(120_000);
  folder = temporaryFolder();
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  central = new Process('central', ['central', '--no-auth', '--state', folder, '--listen', `127.0.0.1:${port}`], path.join(folder, 'log'));
  await central.start();
  await central.stop();
  execFileSync(filler, [path.join(folder, 'central.db'), String(kSize)]);
  await central.start();
  // The centre reads its cells while somebody asks for them; what is measured here is the page.
  await expect.poll(async () => {
    const {board} = await (await fetch(`${url}/v1.0/board`)).json();
    return board.cells.filter((row) => row.includes('?')).length;
  }, {timeout: 90_000, intervals: [1000]}).toBe(0);
});

test.afterAll(async () => {
  await central?.stop();
  if (folder) removeFolder(folder);
});

const drawn = (page) => page.waitForFunction(() => performance.getEntriesByName('board-drawn')[0]?.startTime).then((mark) => mark.jsonValue());

// What the page's own process holds for itself.
async function memoryOf(browser) {
  const session = await browser.newBrowserCDPSession();
  const {processInfo} = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  return Math.max(...processInfo.filter((one) => one.type === 'renderer').map(({id}) => {
    const text = readFileSync(`/proc/${id}/smaps_rollup`, 'utf8');
    return ['Private_Dirty', 'Private_Clean'].reduce((sum, key) => sum + Number(new RegExp(`${key}:\\s+(\\d+)`).exec(text)[1]) * 1024, 0);
  }));
}

test('a million cells are drawn within a second of the address being entered, in less than 200 MiB', async ({page, browser}) => {
  const took = [];
  // The best of three: what else the machine does at the moment is not the page's.
  for (let round = 0; round < 3; ++round) {
    await page.goto('about:blank');
    await page.goto(`${url}/ui/`);
    took.push(await drawn(page));
  }
  await expect(page.getByRole('application', {name: 'States of 1,000 policies in 1,000 pods'})).toBeVisible();
  await expect(page.getByRole('group', {name: /^States/})).toContainText(/refused\s*501/);
  const memory = await memoryOf(browser);
  console.log(`drawn after ${took.map((ms) => Math.round(ms)).join(', ')} ms; ${Math.round(memory / kMiB)} MiB`);
  expect(Math.min(...took)).toBeLessThan(1000);
  expect(memory).toBeLessThan(200 * kMiB);
  await page.screenshot({path: path.join(import.meta.dirname, 'screenshots/board-thousand-light.png')});
});

test('a thousand events a second do not make it lag', async ({page, browser}) => {
  await page.goto(`${url}/ui/`);
  await drawn(page);
  await expect(page.locator('#connection')).toHaveText('live');
  const map = page.getByRole('application');
  await map.focus();
  await page.keyboard.press('ArrowDown');
  const turning = spawn(filler, [path.join(folder, 'central.db'), '--turn', '1000', '6']);
  const ended = once(turning, 'exit');
  let turned = '';
  turning.stdout.on('data', (piece) => { turned += piece; });
  await expect(page.getByRole('group', {name: /^States/})).not.toContainText(/pending\s*0/);
  const gaps = page.evaluate(() => new Promise((resolve) => {
    const seen = [];
    const begin = performance.now();
    const frame = (now) => {
      seen.push(now);
      if (now - begin < 4000) requestAnimationFrame(frame);
      else resolve(seen.slice(1).map((at, index) => at - seen[index]).sort((a, b) => b - a));
    };
    requestAnimationFrame(frame);
  }));
  const answers = [];
  for (let press = 0; press < 10; ++press) {
    const before = await page.locator('#said').textContent(), began = performance.now();
    await page.keyboard.press('ArrowRight');
    await expect(page.locator('#said')).not.toHaveText(before);
    answers.push(performance.now() - began);
  }
  const frames = await gaps, late = frames[Math.floor(frames.length * 0.05)];
  await ended;
  const memory = await memoryOf(browser);
  console.log(`${turned.trim()} cells turned in 6 s; ${frames.length} frames in 4 s, the longest ${Math.round(frames[0])} ms, 95 of 100 under ${Math.round(late)} ms; ` +
              `a key is answered in ${Math.round(Math.max(...answers))} ms at most; ${Math.round(memory / kMiB)} MiB`);
  expect(Number(turned)).toBeGreaterThan(4000);
  expect(late).toBeLessThan(50);
  expect(frames[0]).toBeLessThan(250);
  expect(Math.max(...answers)).toBeLessThan(500);
  expect(memory).toBeLessThan(200 * kMiB);
});

test('a single cell of a million is found by its names, and by going nearer', async ({page}) => {
  await page.goto(`${url}/ui/`);
  await drawn(page);
  await expect(page.locator('#scale')).toContainText('One mark stands for up to');
  const nearer = page.getByRole('button', {name: 'Larger cells'});
  for (let step = 0; step < 3; ++step) await nearer.click();
  await expect(page.locator('#scale')).toHaveText('1,000 policies in 1,000 pods.');
  await page.getByRole('application').focus();
  await page.keyboard.press('End');
  await page.keyboard.press('Control+End');
  await expect(page.locator('#said')).toHaveText(/pod-1000.*policy 999/);
  await page.screenshot({path: path.join(import.meta.dirname, 'screenshots/board-near-light.png')});
  await page.getByRole('searchbox', {name: 'Filter policies'}).fill('policy 512');
  await page.getByRole('searchbox', {name: 'Filter pods'}).fill('pod-0077');
  await expect(page.locator('#scale')).toHaveText('1 policy in 1 pod.');
});

test('long lists show their beginning at once, and the rest when asked', async ({page}) => {
  await page.goto(`${url}/ui/#/policies`);
  const rows = page.getByRole('region', {name: 'Policies'}).locator('tbody tr');
  await expect(rows).toHaveCount(200);
  await page.getByRole('button', {name: 'Show 200 more of 800'}).click();
  await expect(rows).toHaveCount(400);
  await page.getByRole('searchbox', {name: 'Filter policies'}).fill('policy 777');
  await expect(rows).toHaveCount(1);
  await rows.getByRole('link', {name: 'policy 777'}).click();
  const copies = page.getByRole('region', {name: 'Copies in the pods'}).locator('tbody tr');
  await expect(copies).toHaveCount(200);
  // What is worst comes first.
  await expect(copies.first()).not.toContainText('in sync');
});
