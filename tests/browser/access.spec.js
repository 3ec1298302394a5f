// The page without a mouse, without eyes, in a narrow window, and for those who may see only a part.
import {readdirSync, readFileSync} from 'node:fs';
import path from 'node:path';
import {AxeBuilder} from '@axe-core/playwright';
import {expect, test} from './fixtures.js';
import {root} from './processes.js';

test('the map is walked with the keyboard, and opens policies and pods', async ({page, cloud}) => {
  await cloud.policy('walk a');
  const second = await cloud.policy('walk b');
  await page.goto(`${cloud.url}/ui/`);
  await expect(page.locator('#connection')).toHaveText('live');
  await page.getByRole('searchbox', {name: 'Filter policies'}).fill('walk ');
  const map = page.getByRole('application', {name: 'States of 2 policies in 2 pods'}), said = page.locator('#said');
  await map.focus();
  await page.keyboard.press('ArrowDown');
  await expect(said).toContainText('RegionOne');
  await expect(said).toContainText('walk a');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('End');
  await expect(said).toContainText('RegionTwo');
  await expect(said).toContainText('walk b');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(new RegExp(`#/policies/${second.id}$`));
  await expect(page.getByRole('heading', {level: 1, name: 'walk b'})).toBeVisible();
  await page.goBack();
  await map.focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Shift+Enter');
  await expect(page.getByRole('heading', {level: 1, name: 'RegionTwo'})).toBeVisible();
});

test('everything that can be pressed has a name, and every picture too', async ({page, cloud}) => {
  const {policy} = await cloud.boundEverywhere('named');
  for (const view of ['', 'policies', `policies/${policy.id}`, 'pods', `pods/${await cloud.podId('RegionOne')}`, 'jobs', 'changes', 'charts']) {
    await page.goto(`${cloud.url}/ui/#/${view}`);
    await expect(page.locator('#connection')).toHaveText('live');
    await expect(page.locator('main h1').first()).toBeAttached();
    const nameless = await page.evaluate(() => [...document.querySelectorAll('button, a[href], input, select, [role=img], [role=region], [role=application], summary')]
      .filter((one) => !(one.getAttribute('aria-label') || one.textContent.trim() || one.closest('label')?.textContent.trim() || one.getAttribute('placeholder')))
      .map((one) => one.outerHTML.slice(0, 120)));
    expect(nameless, view).toEqual([]);
    expect(await page.locator('[style], [onclick], main script, main style').count(), `${view} has no inline style or script`).toBe(0);
  }
});

test('no view breaks a rule of accessibility that can be checked by a program', async ({page, cloud}) => {
  const {policy} = await cloud.boundEverywhere('checked');
  const {jobs} = await cloud.admin('GET', '/jobs?all_projects=true&limit=1'), {changes} = await cloud.admin('GET', '/changes?limit=1');
  const views = ['', 'policies', `policies/${policy.id}`, `pods/${await cloud.podId('RegionOne')}`, 'jobs', `jobs/${jobs[0].id}`, `changes/${changes[0].id}`, 'charts'];
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({colorScheme});
    // In the dark only the colours are others, and they are the same in every view.
    for (const view of colorScheme === 'light' ? views : ['', `policies/${policy.id}`, 'jobs']) {
      await page.goto(`${cloud.url}/ui/#/${view}`);
      await expect(page.locator('#connection')).toHaveText('live');
      await expect(page.locator('main h1').first()).toBeAttached();
      const all = new AxeBuilder({page});
      const {violations} = await (colorScheme === 'light' ? all.withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']) : all.withRules(['color-contrast'])).analyze();
      expect(violations.map((one) => `${one.id}: ${one.nodes.map((node) => `${node.target} ${node.failureSummary}`).slice(0, 3).join(' | ')}`), `${view || 'board'}, ${colorScheme}`).toEqual([]);
    }
  }
});

test('colours of states are told apart by lightness, and words stand out from their ground', async ({page, cloud}) => {
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({colorScheme});
    await page.goto(`${cloud.url}/ui/`);
    await expect(page.locator('#connection')).toHaveText('live');
    const contrast = await page.evaluate(() => {
      const style = getComputedStyle(document.documentElement), probe = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
      const light = (name) => {
        probe.fillStyle = style.getPropertyValue(name).trim();
        probe.fillRect(0, 0, 1, 1);
        const [r, g, b] = [...probe.getImageData(0, 0, 1, 1).data].map((value) => value / 255).map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
      };
      const ratio = (one, other) => {
        const [low, high] = [light(one), light(other)].sort((a, b) => a - b);
        return (high + 0.05) / (low + 0.05);
      };
      const states = ['pending', 'held', 'cancelled', 'retrying', 'drifted', 'pod_down', 'refused', 'in_sync', 'none'];
      return {text: ratio('--text', '--ground'), quiet: ratio('--quiet', '--ground'), link: ratio('--link', '--ground'), bad: ratio('--bad', '--ground'),
              signs: Math.min(...states.map((state) => ratio(`--on-${state}`, `--${state}`))),
              trouble: Math.min(...['refused', 'pod_down', 'retrying', 'drifted'].map((state) => ratio(`--${state}`, '--in_sync')))};
    });
    expect(contrast.text).toBeGreaterThan(7);
    for (const part of ['quiet', 'link', 'bad', 'signs']) expect(contrast[part], `${part} in ${colorScheme}`).toBeGreaterThan(3);
    expect(contrast.quiet).toBeGreaterThan(4.5);
    expect(contrast.trouble, `trouble against calm in ${colorScheme}`).toBeGreaterThan(1.3);
  }
});

test('a narrow window shows all of it without scrolling sideways', async ({page, cloud}) => {
  const {policy} = await cloud.boundEverywhere('narrow');
  await page.setViewportSize({width: 360, height: 740});
  for (const view of ['', 'policies', `policies/${policy.id}`, 'pods', `pods/${await cloud.podId('RegionOne')}`, 'jobs', 'changes', 'charts']) {
    await page.goto(`${cloud.url}/ui/#/${view}`);
    await expect(page.locator('#connection')).toHaveText('live');
    await expect(page.locator('main h1').first()).toBeAttached();
    await expect(page.locator('.frame:empty')).toHaveCount(0);
    const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(wider, view).toBeLessThanOrEqual(0);
  }
});

test.describe('a tenant', () => {
  test.use({extraHTTPHeaders: {'X-Project-Id': 'acme', 'X-Roles': 'member'}});

  test('sees the policies of the own project and nothing to press', async ({page, cloud}) => {
    const mine = await cloud.policy('mine', {project: 'acme'});
    await cloud.policy('not mine');
    await page.goto(`${cloud.url}/ui/#/policies`);
    const table = page.getByRole('region', {name: 'Policies'});
    await expect(table.getByRole('row').filter({hasText: 'mine'})).toHaveCount(1);
    await expect(page.getByRole('link', {name: 'Jobs'})).toHaveCount(0);
    await table.getByRole('link', {name: 'mine'}).click();
    await expect(page.getByRole('heading', {level: 1, name: 'mine'})).toBeVisible();
    await expect(page.getByRole('region', {name: 'Versions'})).toBeVisible();
    await expect(page.getByRole('region', {name: 'Rules'})).toContainText('max_kbps 100000');
    await expect(page.locator('main').getByRole('button')).toHaveCount(0);
    await page.goto(`${cloud.url}/ui/#/pods/${await cloud.podId('RegionOne')}`);
    await expect(page.getByRole('heading', {level: 1, name: 'RegionOne'})).toBeVisible();
    await expect(page.locator('main').getByRole('button')).toHaveCount(0);
    expect(mine.project_id).toBe('acme');
  });
});

test('every module is asked for at once, and none is left over', () => {
  const folder = path.join(root, 'web'), index = readFileSync(path.join(folder, 'index.html'), 'utf8');
  const named = [...index.matchAll(/(?:src|href)="([a-z]+\.js)"/g)].map((found) => found[1]).sort();
  expect(named).toEqual(readdirSync(folder).filter((name) => name.endsWith('.js')).sort());
});
