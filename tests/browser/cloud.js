// A cloud for a test: `tricircle up` with one pod in it, and another pod as a process of its own that can be stopped.
// Everything is done as a user does it, over the API.
import {mkdirSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {expect} from '@playwright/test';
import {Process, freePort, removeFolder, temporaryFolder} from './processes.js';

const kFast = `
[xjob]
lease = 2
settle = 0.5
call_deadline = 3
poll = 0.05
first_backoff = 0.1
longest_backoff = 1
probe_first = 0.2
probe_longest = 0.5
`;

// What a server answers; `change` is the id of the change that it made.
export async function call(method, url, body, headers = {}) {
  const response = await fetch(url, {method, body: body && JSON.stringify(body), headers: {'Content-Type': 'application/json', ...headers}});
  const text = await response.text();
  if (!response.ok) throw Object.assign(new Error(`${method} ${url}: ${response.status} ${text}`), {status: response.status});
  return {...(text ? JSON.parse(text) : {}), change: response.headers.get('X-Tricircle-Change')};
}

export class Cloud {
  async start() {
    this.folder = temporaryFolder();
    const config = path.join(this.folder, 'tricircle.conf');
    writeFileSync(config, kFast, {mode: 0o600});
    const [port, one, two] = [await freePort(), await freePort(), await freePort()];
    this.url = `http://127.0.0.1:${port}`;
    this.pods = {RegionOne: `http://127.0.0.1:${one}`, RegionTwo: `http://127.0.0.1:${two}`};
    const state = (name) => {
      const folder = path.join(this.folder, name);
      mkdirSync(folder);
      return folder;
    };
    this.up = new Process('up', ['up', '--no-auth', '--state', state('up'), '--config', config, '--listen', `127.0.0.1:${port}`,
                                 '--pod', `RegionOne=127.0.0.1:${one}`], path.join(this.folder, 'up.log'));
    this.two = new Process('RegionTwo', ['local', '--no-auth', '--state', state('two'), '--config', config, '--region', 'RegionTwo',
                                         '--central', this.url, '--listen', `127.0.0.1:${two}`], path.join(this.folder, 'two.log'));
    await this.up.start();
    await this.two.start();
    await expect.poll(async () => (await this.allPods()).length).toBe(2);
    return this;
  }

  async stop() {
    // One that ends badly keeps none of the others running.
    const ends = await Promise.allSettled([this.two?.stop(), this.up?.stop()]);
    removeFolder(this.folder);
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
  }

  admin(method, where, body) {
    return call(method, `${this.url}/v1.0${where}`, body);
  }
  neutron(method, where, body, headers) {
    return call(method, `${this.url}/v2.0${where}`, body, headers);
  }

  async allPods() {
    return (await this.admin('GET', '/pods')).pods.filter((pod) => pod.az_name !== '');
  }
  async podId(region) {
    return (await this.allPods()).find((pod) => pod.region_name === region).pod_id;
  }

  // --- what a test does ---------------------------------------------------------------------------------------------

  async policy(name = 'gold', {kbps = 100_000, project} = {}) {
    const headers = project ? {'X-Project-Id': project} : {};
    const {policy} = await this.neutron('POST', '/qos/policies', {policy: {name}}, headers);
    const rules = `/qos/policies/${policy.id}`;
    const {bandwidth_limit_rule: limit} = await this.neutron('POST', `${rules}/bandwidth_limit_rules`, {bandwidth_limit_rule: {max_kbps: kbps, max_burst_kbps: 100}});
    await this.neutron('POST', `${rules}/dscp_marking_rules`, {dscp_marking_rule: {dscp_mark: 26}});
    return {...policy, limit: limit.id};
  }

  // A network that has turned up in both pods: somebody asks for it there by its id.
  async network(name = 'shop') {
    const {network} = await this.neutron('POST', '/networks', {network: {name}});
    await this.neutron('POST', '/subnets', {subnet: {network_id: network.id, ip_version: 4, cidr: '10.1.0.0/24'}});
    for (const pod of Object.values(this.pods)) await call('GET', `${pod}/v2.0/networks/${network.id}`);
    await expect.poll(async () => (await this.admin('GET', `/routings?all_projects=true&top_id=${network.id}`)).routings.length).toBe(2);
    return network;
  }

  bind(network, policy) {
    return this.neutron('PUT', `/networks/${network.id}`, {network: {qos_policy_id: policy?.id ?? null}});
  }

  // To the page's own word for it, as the server tells it.
  async inSync(policy) {
    await expect.poll(async () => (await this.admin('GET', `/copies?policy_id=${policy.id}`)).copies.map((copy) => copy.state)).toEqual(['in_sync', 'in_sync']);
    await expect.poll(async () => (await this.admin('GET', '/jobs?all_projects=true&status=NEW')).jobs.length).toBe(0);
  }

  async boundEverywhere(name, options) {
    const policy = await this.policy(name, options), network = await this.network();
    await this.bind(network, policy);
    await this.inSync(policy);
    // The copies' tags come a moment later, and an audit passes over what is under way.
    await expect.poll(async () => (await this.admin('GET', '/status')).status.pods.map((pod) => pod.due)).toEqual([0, 0]);
    return {policy, network};
  }

  limit(policy, kbps) {
    return this.neutron('PUT', `/qos/policies/${policy.id}/bandwidth_limit_rules/${policy.limit}`, {bandwidth_limit_rule: {max_kbps: kbps}});
  }

  async stopTwo() {
    await this.two.stop();
  }
  async startTwo() {
    await this.two.start();
  }
}
