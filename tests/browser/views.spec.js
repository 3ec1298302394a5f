// Each view as a picture, dark and light, for whoever wants to look: screenshots/ has them after a run.
import path from 'node:path';
import {expect, test} from './fixtures.js';

const picture = (page, name) => page.screenshot({path: path.join(import.meta.dirname, 'screenshots', `${name}.png`), animations: 'disabled'});

// Until all that a view has asked for is there; the stream of events has no end.
function quiet(page) {
  const open = new Set();
  const mine = (request) => !request.url().includes('/v1.0/events');
  page.on('request', (request) => { if (mine(request)) open.add(request); });
  for (const end of ['requestfinished', 'requestfailed']) page.on(end, (request) => open.delete(request));
  return () => expect.poll(() => open.size, {intervals: [200]}).toBe(0);
}

const kNames = ['bronze', 'bulk transfer', 'default for shop', 'guests', 'silver', 'storage replication', 'voice', 'video', 'backup'];

test('each view, dark and light', async ({page, cloud}) => {
  test.setTimeout(90_000);
  const settled = quiet(page);
  const network = await cloud.network('shop'), shown = await cloud.boundEverywhere('gold');
  await cloud.bind(network, await cloud.policy(kNames[0]));
  for (const name of kNames.slice(1)) await cloud.bind(network, await cloud.policy(name));
  for (const kbps of [80_000, 60_000, 90_000]) {
    await cloud.limit(shown.policy, kbps);
    await cloud.inSync(shown.policy);
  }
  await cloud.stopTwo();
  try {
    const {change} = await cloud.limit(shown.policy, 50_000);
    await expect.poll(async () => (await cloud.allPods()).find((pod) => pod.region_name === 'RegionTwo').circuit.open).toBe(true);
    const one = await cloud.podId('RegionOne'), two = await cloud.podId('RegionTwo');
    const views = {board: '', policies: 'policies', policy: `policies/${shown.policy.id}`, pods: 'pods', pod: `pods/${one}`, 'pod-down': `pods/${two}`,
                   jobs: 'jobs', changes: 'changes', change: `changes/${change}`, charts: 'charts'};
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({colorScheme});
      for (const [name, where] of Object.entries(views)) {
        await page.setViewportSize({width: 1280, height: 800});
        await page.goto(`${cloud.url}/ui/#/${where}`);
        await expect(page.locator('#connection')).toHaveText('live');
        await expect(page.locator('main h1').first()).toBeAttached();
        await settled();
        await picture(page, `${name}-${colorScheme}`);
        if (name !== 'board' && name !== 'policy') continue;
        await page.setViewportSize({width: 360, height: 740});
        await picture(page, `${name}-narrow-${colorScheme}`);
      }
    }
  } finally {
    await cloud.startTwo();
  }
  await cloud.inSync(shown.policy);
});
