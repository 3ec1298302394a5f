// Names are other people's words: whatever is in them, the page shows them as text and stays whole.
import {expect, test} from './fixtures.js';

const names = {
  markup: '<script>document.title="taken"</script><img src=x onerror=document.title="taken">',
  quotes: `"'><svg onload=document.title='taken'>`,
  direction: 'abc\u202egnp.exe\u2066\u200f',
  emoji: '😀'.repeat(255),
  control: 'bell\u0007tab\ttwo\nlines\u001b[31mred\u009b',
  arabic: 'سياسة الذهب',
  zalgo: 'z' + '\u0300\u0316\u0489'.repeat(60),
  long: 'W'.repeat(255),
};

const views = (policy) => ['', 'policies', `policies/${policy.id}`, 'changes', 'jobs'];

test('a hostile name is harmless in every view', async ({page, cloud}) => {
  const made = [];
  for (const name of Object.values(names)) made.push(await cloud.policy(name));
  const network = await cloud.network(names.markup);
  await cloud.bind(network, made[0]);
  await cloud.inSync(made[0]);
  await page.setViewportSize({width: 900, height: 700});
  for (const policy of made) {
    for (const view of policy === made[0] ? views(policy) : [`policies/${policy.id}`]) {
      await page.goto(`${cloud.url}/ui/#/${view}`);
      await expect(page.locator('#connection')).toHaveText('live');
      await expect(page.getByRole('heading', {level: 1}).first()).toBeAttached();
      await expect(page).toHaveTitle(/– Tricircle QoS$/);
      expect(await page.locator('main img, main script').count()).toBe(0);
      const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      expect(wider, `${view} is not wider than the window`).toBeLessThanOrEqual(0);
    }
  }
});

test('marks that cannot be seen are made visible, and a name keeps its direction to itself', async ({page, cloud}) => {
  const turned = await cloud.policy(names.direction), control = await cloud.policy(names.control);
  await page.goto(`${cloud.url}/ui/#/policies/${turned.id}`);
  await expect(page.getByRole('heading', {level: 1})).toHaveText('abc⟨U+202E⟩gnp.exe⟨U+2066⟩⟨U+200F⟩');
  await page.goto(`${cloud.url}/ui/#/policies/${control.id}`);
  await expect(page.getByRole('heading', {level: 1})).toHaveText('bell⟨U+0007⟩tab⟨U+0009⟩two⟨U+000A⟩lines⟨U+001B⟩[31mred⟨U+009B⟩');
  expect(await page.locator('h1 bdi.name').count()).toBe(1);
});

test('what is read out of the map is isolated too', async ({page, cloud}) => {
  await cloud.policy('turn\u202emarker');
  await page.goto(`${cloud.url}/ui/`);
  await expect(page.locator('#connection')).toHaveText('live');
  await page.getByRole('searchbox', {name: 'Filter policies'}).fill('marker');
  await page.getByRole('application').focus();
  await page.keyboard.press('ArrowDown');
  await expect(page.locator('#said')).toHaveText('\u2068RegionOne\u2069, \u2068turn⟨U+202E⟩marker\u2069: no copy');
});
