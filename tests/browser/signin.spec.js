// Sign-in: who brings nothing sees a form, who is let in sees what is theirs, and nothing of it is kept.
import {writeFileSync} from 'node:fs';
import path from 'node:path';
import {expect, test as plain} from './fixtures.js';
import {Keystone, isThere} from './keystone.js';
import {Process, freePort, removeFolder, temporaryFolder} from './processes.js';

// A centre that asks this Keystone.
async function centreOf(keystoneUrl, use, password = 'none') {
  const folder = temporaryFolder(), config = path.join(folder, 'tricircle.conf'), port = await freePort();
  writeFileSync(config, `[keystone_authtoken]\nauth_url = ${keystoneUrl}\nusername = admin\npassword = ${password}\nproject_name = admin\n` +
                        'user_domain_name = Default\nproject_domain_name = Default\ntoken_cache_time = 0\n', {mode: 0o600});
  const central = new Process('central', ['central', '--state', folder, '--config', config, '--listen', `127.0.0.1:${port}`], path.join(folder, 'log'));
  try {
    await central.start();
    await use(`http://127.0.0.1:${port}`);
  } finally {
    await central.stop();
    removeFolder(folder);
  }
}

const test = plain.extend({
  keystone: [async ({}, use) => {
    const keystone = new Keystone();
    try {
      await use(await keystone.start());
    } finally {
      await keystone.stop();
    }
  }, {scope: 'worker', timeout: 90_000}],
  centre: [async ({keystone}, use) => centreOf(keystone.url, use, keystone.password), {scope: 'worker', timeout: 60_000}],
});

// The browser itself tells of the answers that say no: who are you, and Keystone is not there.
test.use({expected: [/status of (401|503)/]});

async function signIn(page, user, password, project) {
  await page.getByLabel('User', {exact: true}).fill(user);
  await page.getByLabel('Password').fill(password);
  await page.getByLabel('Project', {exact: true}).fill(project);
  await page.getByRole('button', {name: 'Sign in'}).click();
}

const kept = (page) => page.evaluate(() => [localStorage.length, sessionStorage.length, document.cookie, location.search]);

test('one has to sign in, and a Keystone that is away is said in a sentence', async ({page}) => {
  await centreOf(`http://127.0.0.1:${await freePort()}/v3`, async (url) => {
    for (const colorScheme of ['dark', 'light']) {
      await page.emulateMedia({colorScheme});
      await page.goto(`${url}/ui/`);
      await expect(page.getByRole('button', {name: 'Sign in'})).toBeVisible();
      await expect(page.locator('#top')).toBeHidden();
      await page.screenshot({path: path.join(import.meta.dirname, 'screenshots', `sign-in-${colorScheme}.png`)});
    }
    await signIn(page, 'ann', 'not-her-password', 'acme');
    await expect(page.getByRole('alert').filter({hasText: 'Keystone'})).toBeVisible();
    await expect(page.getByLabel('Password')).toHaveValue('');
    expect(await kept(page)).toEqual([0, 0, '', '']);
  });
});

test.describe('with a real Keystone', () => {
  test.skip(!isThere, 'needs Debian’s keystone and uwsgi-plugin-python3');

  test('an administrator signs in, and out; a reload forgets everything', async ({page, keystone, centre}) => {
    await page.goto(`${centre}/ui/`);
    await signIn(page, 'admin', 'wrong', 'admin');
    await expect(page.getByRole('alert').filter({hasText: 'Keystone does not let you in'})).toBeVisible();
    await signIn(page, 'admin', keystone.password, 'admin');
    await expect(page.locator('#connection')).toHaveText('live');
    await expect(page.getByRole('link', {name: 'Jobs'})).toBeVisible();
    expect(await kept(page)).toEqual([0, 0, '', '']);
    await page.getByRole('link', {name: 'Jobs'}).click();
    await expect(page.getByText('No jobs.')).toBeVisible();
    await page.getByRole('button', {name: 'Sign out'}).click();
    await expect(page.getByRole('button', {name: 'Sign in'})).toBeVisible();
    await expect(page.locator('main')).not.toContainText('No jobs.');
    await signIn(page, 'admin', keystone.password, 'admin');
    await expect(page.locator('#connection')).toHaveText('live');
    await page.reload();
    await expect(page.getByRole('button', {name: 'Sign in'})).toBeVisible();
  });

  test('a member sees the own project, and is told when the sign-in has ended', async ({page, keystone, centre}) => {
    const {project} = await keystone.member('ann', 'her-password', 'acme');
    const admin = {'Content-Type': 'application/json', 'X-Auth-Token': await keystone.token()};
    for (const policy of [{name: 'hers', project_id: project.id}, {name: 'others'}]) {
      const reply = await fetch(`${centre}/v2.0/qos/policies`, {method: 'POST', headers: admin, body: JSON.stringify({policy})});
      expect(reply.status).toBe(201);
    }
    await page.goto(`${centre}/ui/#/policies`);
    const answer = page.waitForResponse((response) => response.url().endsWith('/v1.0/tokens') && response.status() === 201);
    await signIn(page, 'ann', 'her-password', 'acme');
    const {token} = await (await answer).json();
    const rows = page.getByRole('region', {name: 'Policies'}).getByRole('row');
    await expect(rows.filter({hasText: 'hers'})).toHaveCount(1);
    await expect(rows.filter({hasText: 'others'})).toHaveCount(0);
    await expect(page.getByRole('link', {name: 'Jobs'})).toHaveCount(0);
    await keystone.revoke(token.id);
    await page.getByRole('link', {name: 'Changes'}).click();
    await expect(page.getByText('Your sign-in has ended.')).toBeVisible();
    await expect(page.getByRole('button', {name: 'Sign in'})).toBeVisible();
  });
});
