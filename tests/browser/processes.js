// Real processes for tests: started on loopback, known by their pid, stopped by it.
import {spawn} from 'node:child_process';
import {createWriteStream, mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {createServer} from 'node:net';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {once} from 'node:events';

export const root = path.resolve(import.meta.dirname, '../..');
export const binary = path.resolve(root, process.env.TRICIRCLE_BIN ?? 'build/dev/src/app/tricircle');

export const temporaryFolder = () => mkdtempSync(path.join(tmpdir(), 'tricircle-browser-'));
export const removeFolder = (folder) => rmSync(folder, {recursive: true, force: true});

// Below the ports that the kernel gives to outgoing connections, so that a server can come back to its own.
export async function freePort() {
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * 20_000);
    const probe = createServer();
    const free = await new Promise((resolve) => {
      probe.once('error', () => resolve(false));
      probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
    });
    if (free) return port;
  }
}

// One server: it serves once it has printed a line that begins with "ready".
export class Process {
  constructor(name, args, log) {
    Object.assign(this, {name, args, log, child: null});
  }

  async start() {
    this.child = spawn(binary, this.args, {stdio: ['ignore', 'pipe', 'pipe']});
    this.ended = once(this.child, 'exit');
    // Should the tests themselves be ended from outside, nothing of theirs is left running.
    const child = this.child, kill = () => child.kill('SIGKILL');
    process.once('exit', kill);
    this.ended.then(() => process.off('exit', kill));
    this.child.stderr.pipe(createWriteStream(this.log, {flags: 'a'}));
    let said = '';
    await new Promise((resolve, reject) => {
      this.child.once('error', reject);
      this.child.once('exit', (code) => reject(new Error(`${this.name} ended with ${code}: ${said}\n${this.logText()}`)));
      this.child.stdout.on('data', (piece) => {
        said += piece;
        if (/^ready/m.test(said)) resolve();
      });
    });
    return this;
  }

  running() {
    return this.child !== null && this.child.exitCode === null && this.child.signalCode === null;
  }

  // SIGTERM; the exit code must be 0.
  async stop() {
    if (!this.running()) return;
    this.child.kill('SIGTERM');
    const [code] = await this.ended;
    if (code !== 0) throw new Error(`${this.name} ended with ${code}\n${this.logText()}`);
  }

  logText() {
    try {
      return readFileSync(this.log, 'utf8').slice(-4000);
    } catch {
      return '';
    }
  }
}
