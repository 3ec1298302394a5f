// Every test's page is watched: a word in the console, an error that nobody caught or a request to another host fails it.
import {test as plain, expect} from '@playwright/test';
import {existsSync} from 'node:fs';
import path from 'node:path';
import {Cloud} from './cloud.js';

// While the page is being written: its files from a folder, under the policy of the program that is tested.
async function fromFolder(page, folder) {
  const types = {'.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml'};
  const policies = new Map();
  const policyOf = async (origin) => (await fetch(`${origin}/ui/`)).headers.get('content-security-policy');
  await page.route('**/ui/*', async (route) => {
    const {origin, pathname} = new URL(route.request().url());
    const name = pathname.slice('/ui/'.length) || 'index.html', file = path.join(folder, name);
    if (!existsSync(file)) return route.continue();
    if (!policies.has(origin)) policies.set(origin, policyOf(origin));
    await route.fulfill({path: file, contentType: `${types[path.extname(name)]}; charset=utf-8`,
                         headers: {'Content-Security-Policy': await policies.get(origin)}});
  });
}

export const test = plain.extend({
  // One cloud for all tests of a file; each makes policies of its own.
  cloud: [async ({}, use) => {
    const cloud = new Cloud();
    try {
      await use(await cloud.start());
    } finally {
      await cloud.stop();
    }
  }, {scope: 'worker', timeout: 60_000}],

  // Console messages that a test expects, as regular expressions: the browser itself tells of each answer that is no success.
  expected: [[], {option: true}],

  page: async ({page, expected}, use) => {
    const seen = [], origins = new Set();
    page.on('console', (message) => {
      const text = `${message.type()}: ${message.text()} ${message.location().url}`;
      if (!expected.some((one) => one.test(text))) seen.push(text);
    });
    page.on('pageerror', (error) => seen.push(`error: ${error.stack}`));
    page.on('request', (request) => origins.add(new URL(request.url()).origin));
    if (process.env.TRICIRCLE_WEB) await fromFolder(page, process.env.TRICIRCLE_WEB);
    await use(page);
    await page.unrouteAll({behavior: 'ignoreErrors'});
    expect(seen, 'words in the console').toEqual([]);
    expect([...origins].filter((origin) => !origin.startsWith('http://127.0.0.1:')), 'requests to other hosts').toEqual([]);
    expect(origins.size, 'all requests go to one server').toBeLessThanOrEqual(1);
  },
});

export {expect};

// The board's own words about a cell, reached with the keyboard as a reader would.
export const chipOf = (page, table, row) => page.getByRole('region', {name: table}).getByRole('row').filter({hasText: row}).locator('.chip').first();
