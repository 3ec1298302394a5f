// A Keystone of its own for a test, where Debian's packages are installed: SQLite, one process, gone at the end.
import {execFileSync, spawn} from 'node:child_process';
import {once} from 'node:events';
import {existsSync, openSync, writeFileSync} from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import {expect} from '@playwright/test';
import {freePort, removeFolder, temporaryFolder} from './processes.js';

const kWsgi = '/usr/bin/keystone-wsgi-public';
export const isThere = existsSync('/usr/bin/keystone-manage') && existsSync('/usr/bin/uwsgi') && existsSync(kWsgi);

// A connection for each request: uwsgi closes them, and fetch() may take one that is just being closed.
function ask(method, url, body, headers = {}) {
  return new Promise((resolve, reject) => {
    const data = body && JSON.stringify(body);
    const request = http.request(url, {method, agent: false, headers: {...headers, ...(data && {'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(data)})}}, async (reply) => {
      let text = '';
      for await (const piece of reply) text += piece;
      resolve({status: reply.statusCode, headers: reply.headers, text});
    });
    request.on('error', reject);
    request.end(data);
  });
}

export class Keystone {
  async start() {
    this.folder = temporaryFolder();
    this.password = 'admin-of-the-test';
    this.url = `http://127.0.0.1:${await freePort()}/v3`;
    const config = path.join(this.folder, 'keystone.conf');
    writeFileSync(config, `[DEFAULT]\nlog_file = ${this.folder}/log\n[database]\nconnection = sqlite:///${this.folder}/keystone.db\n` +
                          `[fernet_tokens]\nkey_repository = ${this.folder}/fernet\n[credential]\nkey_repository = ${this.folder}/credential\n[cache]\nenabled = false\n`);
    const manage = (...args) => execFileSync('keystone-manage', ['--config-file', config, ...args],
                                             {stdio: 'ignore', env: {...process.env, OS_BOOTSTRAP_PASSWORD: this.password}});
    manage('db_sync');
    const me = ['--keystone-user', String(process.getuid()), '--keystone-group', String(process.getgid())];
    manage('fernet_setup', ...me);
    manage('credential_setup', ...me);
    manage('bootstrap', '--bootstrap-public-url', this.url, '--bootstrap-region-id', 'Central');
    const log = openSync(path.join(this.folder, 'uwsgi.log'), 'a');
    this.child = spawn('uwsgi', ['--plugins', 'python3', '--http-socket', new URL(this.url).host, '--wsgi-file', kWsgi, '--lazy-apps', '--buffer-size', '65535', '--add-header', 'Connection: close', '--disable-logging'],
                       {stdio: ['ignore', log, log], env: {...process.env, OS_KEYSTONE_CONFIG_FILES: config}});
    this.ended = once(this.child, 'exit');
    await expect.poll(() => fetch(this.url).then((reply) => reply.status, () => 0), {timeout: 30_000}).toBe(200);
    return this;
  }

  async stop() {
    if (this.child) {
      this.child.kill('SIGINT');
      await this.ended;
    }
    removeFolder(this.folder);
  }

  async call(method, where, body) {
    const {status, text} = await ask(method, this.url + where, body, {'X-Auth-Token': await this.token()});
    expect(status, `${method} ${where}: ${text}`).toBeLessThan(300);
    return text ? JSON.parse(text) : {};
  }

  // An administrator's, asked for once: Keystone takes its time over passwords.
  async token() {
    return this.admin ??= await this.newToken();
  }
  async newToken() {
    const of = {name: 'Default'};
    const {headers} = await ask('POST', `${this.url}/auth/tokens`, {auth: {
      identity: {methods: ['password'], password: {user: {name: 'admin', password: this.password, domain: of}}}, scope: {project: {name: 'admin', domain: of}}}});
    return headers['x-subject-token'];
  }

  // Somebody who is a member of a project of their own.
  async member(name, password, projectName) {
    const {project} = await this.call('POST', '/projects', {project: {name: projectName, domain_id: 'default'}});
    const {user} = await this.call('POST', '/users', {user: {name, password, domain_id: 'default'}});
    const {roles} = await this.call('GET', '/roles?name=member');
    await this.call('PUT', `/projects/${project.id}/users/${user.id}/roles/${roles[0].id}`);
    return {project, user};
  }

  async revoke(token) {
    const {status} = await ask('DELETE', `${this.url}/auth/tokens`, undefined, {'X-Auth-Token': await this.token(), 'X-Subject-Token': token});
    expect(status).toBe(204);
  }
}
