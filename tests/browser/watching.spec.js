// What an operator sees while things happen: cells turn, a pod falls silent and comes back, a job is done again.
import {chipOf, expect, test} from './fixtures.js';
import {call} from './cloud.js';

const rowOf = (page, table, text) => page.getByRole('region', {name: table}).getByRole('row').filter({hasText: text});
const legend = (page, words) => page.getByRole('group', {name: /^States/}).getByRole('button').filter({hasText: words});

async function readCell(page, policy, pod) {
  // One policy and one pod are left by the filters; the first key tells of the cell.
  await page.getByRole('searchbox', {name: 'Filter policies'}).fill(policy);
  await page.getByRole('searchbox', {name: 'Filter pods'}).fill(pod);
  await page.getByRole('application').focus();
  await page.keyboard.press('ArrowDown');
  await expect(page.locator('#said')).toContainText(policy);
}

test('a policy that is bound turns from no copy to in sync in front of one’s eyes', async ({page, cloud}) => {
  const policy = await cloud.policy('bind-me'), network = await cloud.network();
  await page.goto(`${cloud.url}/ui/`);
  await expect(page.locator('#connection')).toHaveText('live');
  await readCell(page, 'bind-me', 'RegionTwo');
  await expect(page.locator('.pointed')).toContainText('no copy');
  await cloud.bind(network, policy);
  await expect(page.locator('.pointed')).toContainText('in sync');
  await expect(page.locator('.pointed')).toContainText('RegionTwo');
});

test('a policy made by somebody else appears on the board', async ({page, cloud}) => {
  await page.goto(`${cloud.url}/ui/#/policies`);
  await expect(page.locator('#connection')).toHaveText('live');
  await cloud.policy('late-comer');
  await expect(rowOf(page, 'Policies', 'late-comer')).toContainText('no copies');
});

test('a pod that stops is seen, what waits for it says why, and its return is seen too', async ({page, cloud}) => {
  const {policy} = await cloud.boundEverywhere('pod-stops');
  await page.goto(`${cloud.url}/ui/#/pods`);
  await expect(rowOf(page, 'Pods', 'RegionTwo')).toContainText('answers');
  await cloud.stopTwo();
  try {
    await cloud.limit(policy, 50_000);
    await expect(rowOf(page, 'Pods', 'RegionTwo')).toContainText('pod down');
    await page.getByRole('link', {name: 'Board', exact: true}).click();
    await expect(legend(page, 'pod down')).not.toContainText(/pod down\s*0$/);
    await expect(rowOf(page, 'What is not in sync', 'pod-stops')).toContainText('RegionTwo');
    await rowOf(page, 'What is not in sync', 'pod-stops').getByRole('link', {name: 'RegionTwo'}).click();
    await expect(page.locator('.said').first()).toContainText('connect');
    await expect(page.getByRole('region', {name: 'Jobs that wait or failed here'})).toContainText('NEW');
  } finally {
    await cloud.startTwo();
  }
  await expect(page.locator('main .chip').filter({hasText: 'answers'})).toBeVisible();
  await expect(page.getByText('All copies are in sync.')).toBeVisible();
  await cloud.inSync(policy);
});

test('the difference between the centre and a pod is marked value by value', async ({page, cloud}) => {
  const {policy} = await cloud.boundEverywhere('differs');
  await cloud.stopTwo();
  try {
    await cloud.limit(policy, 40_000);
    await cloud.neutron('PUT', `/qos/policies/${policy.id}`, {policy: {description: 'slower'}});
    await page.goto(`${cloud.url}/ui/#/policies/${policy.id}`);
    const two = rowOf(page, 'Copies in the pods', 'RegionTwo');
    await expect(two.locator('.diff li').filter({hasText: 'max_kbps'})).toContainText(/centre\s*40000\s*pod\s*100000/);
    await expect(two.locator('.diff li').filter({hasText: 'description'})).toContainText('slower');
    await expect(rowOf(page, 'Copies in the pods', 'RegionOne')).toContainText('nothing');
    await expect(chipOf(page, 'Copies in the pods', 'RegionTwo')).toContainText('pod down');
  } finally {
    await cloud.startTwo();
  }
  await expect(rowOf(page, 'Copies in the pods', 'RegionTwo').locator('.diff')).toHaveCount(0);
  await expect(chipOf(page, 'Copies in the pods', 'RegionTwo')).toContainText('in sync');
  await cloud.inSync(policy);
});

test('what somebody changed in a pod by hand is shown in words, and put right when the policy says so', async ({page, cloud}) => {
  const {policy} = await cloud.boundEverywhere('by-hand');
  await cloud.admin('PUT', `/policies/${policy.id}`, {policy: {on_drift: 'report'}});
  const copies = `${cloud.pods.RegionOne}/v2.0/qos/policies`;
  const copy = (await call('GET', copies)).policies.find((one) => one.name === 'by-hand');
  const rule = copy.rules.find((one) => one.type === 'bandwidth_limit');
  await call('PUT', `${copies}/${copy.id}/bandwidth_limit_rules/${rule.id}`, {bandwidth_limit_rule: {max_kbps: 7}});
  await page.goto(`${cloud.url}/ui/#/pods/${await cloud.podId('RegionOne')}`);
  await page.getByRole('button', {name: /^Audit/}).click();
  await expect(page.getByRole('region', {name: 'Changed by hand'})).toContainText('max_kbps', {timeout: 20_000});
  await page.getByRole('region', {name: 'Copies that are not in sync'}).getByRole('link', {name: 'by-hand'}).click();
  await expect(chipOf(page, 'Copies in the pods', 'RegionOne')).toContainText('drifted');
  await expect(rowOf(page, 'Copies in the pods', 'RegionOne')).toContainText('By hand');
  await page.getByRole('button', {name: /changed by hand/}).click();
  await expect(page.getByText('is put right')).toBeVisible();
  await cloud.admin('POST', '/audits', {audit: {pod_id: await cloud.podId('RegionOne')}});
  await expect(chipOf(page, 'Copies in the pods', 'RegionOne')).toContainText('in sync', {timeout: 20_000});
});

test('a job is cancelled and done again', async ({page, cloud}) => {
  const {policy} = await cloud.boundEverywhere('redo-me');
  await cloud.stopTwo();
  try {
    await cloud.limit(policy, 30_000);
    const pod = await cloud.podId('RegionTwo');
    await page.goto(`${cloud.url}/ui/#/jobs?status=NEW&pod_id=${pod}`);
    const row = rowOf(page, 'Jobs', 'redo-me');
    await expect(row).toContainText('NEW');
    await row.getByRole('button', {name: /^Cancel: job/}).click();
    await page.getByRole('dialog').getByRole('button', {name: 'Cancel the job'}).click();
    await expect(row).toHaveCount(0);
    await page.getByRole('combobox', {name: 'Every status'}).selectOption('FAIL');
    await expect(row).toContainText('cancelled by the operator');
    await expect(page.locator('#job-count')).toContainText('failed');
  } finally {
    await cloud.startTwo();
  }
  await rowOf(page, 'Jobs', 'redo-me').getByRole('button', {name: /^Redo: job/}).click();
  await expect(rowOf(page, 'Jobs', 'redo-me')).toHaveCount(0);
  await page.getByRole('combobox', {name: 'Every status'}).selectOption('SUCCESS');
  await expect(rowOf(page, 'Jobs', 'redo-me').first()).toContainText('SUCCESS');
  await cloud.inSync(policy);
  const {copies} = await cloud.admin('GET', `/copies?policy_id=${policy.id}`);
  expect(copies.every((copy) => copy.applied_intent === copy.wanted_intent)).toBe(true);
});

test('a change tells how far it is, and ends at all of its pods', async ({page, cloud}) => {
  const {policy} = await cloud.boundEverywhere('progress');
  await cloud.stopTwo();
  let change;
  try {
    ({change} = await cloud.limit(policy, 20_000));
    await page.goto(`${cloud.url}/ui/#/changes/${change}`);
    await expect(page.getByText('1 of 2 pods have it')).toBeVisible();
    await expect(rowOf(page, 'Pods that it concerns', 'RegionTwo')).toContainText('waiting');
  } finally {
    await cloud.startTwo();
  }
  await expect(page.getByText('2 of 2 pods have it')).toBeVisible();
  await expect(page.locator('.progress')).toHaveAttribute('aria-label', '2 of 2 pods have it, 0 wait, 0 refused');
  await page.getByRole('link', {name: 'Changes', exact: true}).click();
  const row = page.getByRole('row').filter({has: page.getByRole('link', {name: `Change ${change}`})});
  await expect(row).toContainText('2/2');
});

test('an earlier version is gone back to', async ({page, cloud}) => {
  const {policy} = await cloud.boundEverywhere('versions');
  await cloud.limit(policy, 1000);
  await cloud.inSync(policy);
  await page.goto(`${cloud.url}/ui/#/policies/${policy.id}`);
  const versions = page.getByRole('region', {name: 'Versions'});
  await expect(versions.getByRole('row').nth(1)).toContainText('100000 → 1000');
  await versions.getByRole('button', {name: 'Go back: to version 3'}).click();
  await page.getByRole('dialog').getByRole('button', {name: 'Go back'}).click();
  await expect(page.getByRole('region', {name: 'Rules'})).toContainText('max_kbps 100000');
  await expect(versions.getByRole('row').nth(1)).toContainText('1000 → 100000');
});

test('a policy is paused and goes on', async ({page, cloud}) => {
  const {policy} = await cloud.boundEverywhere('paused');
  await page.goto(`${cloud.url}/ui/#/policies/${policy.id}`);
  await page.getByRole('button', {name: /^Pause/}).click();
  await expect(page.getByRole('button', {name: /^Resume/})).toBeVisible();
  await cloud.limit(policy, 2000);
  await expect(chipOf(page, 'Copies in the pods', 'RegionOne')).toContainText('pending');
  await page.getByRole('button', {name: /^Resume/}).click();
  await expect(chipOf(page, 'Copies in the pods', 'RegionOne')).toContainText('in sync');
  await cloud.inSync(policy);
});

test.describe('the centre itself', () => {
  // The browser tells of each connection that fails; that is what this is about.
  test.use({expected: [/net::ERR_/]});

  test('that is gone is said, and its return is seen without a reload', async ({page, cloud}) => {
    await page.goto(`${cloud.url}/ui/`);
    await expect(page.locator('#connection')).toHaveText('live');
    await cloud.up.stop();
    await expect(page.locator('#connection')).toHaveText('not connected');
    await cloud.up.start();
    await expect(page.locator('#connection')).toHaveText('live', {timeout: 20_000});
  });
});
