// Every test's page is watched: a word in the console, an error that nobody caught or a request to another host fails it.
import {test as plain, expect} from '@playwright/test';
import {Cloud} from './cloud.js';

export const test = plain.extend({
  // One cloud for all tests of a file; each makes policies of its own.
  cloud: [async ({}, use) => {
    const cloud = await new Cloud().start();
    try {
      await use(cloud);
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
    await use(page);
    expect(seen, 'words in the console').toEqual([]);
    expect([...origins].filter((origin) => !origin.startsWith('http://127.0.0.1:')), 'requests to other hosts').toEqual([]);
    expect(origins.size, 'all requests go to one server').toBeLessThanOrEqual(1);
  },
});

export {expect};

// The board's own words about a cell, reached with the keyboard as a reader would.
export const chipOf = (page, table, row) => page.getByRole('region', {name: table}).getByRole('row').filter({hasText: row}).locator('.chip').first();
