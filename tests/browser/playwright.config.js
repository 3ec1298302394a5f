import {defineConfig} from '@playwright/test';

// One browser at a time, Debian's own; as root it does without the sandbox that root cannot have.
export default defineConfig({
  testDir: '.',
  workers: 1,
  fullyParallel: false,
  forbidOnly: true,
  timeout: 40_000,
  expect: {timeout: 10_000},
  reporter: [['list']],
  outputDir: 'results',
  use: {
    browserName: 'chromium',
    viewport: {width: 1280, height: 800},
    colorScheme: 'light',
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: process.getuid() === 0 ? ['--no-sandbox'] : [],
    },
  },
});
