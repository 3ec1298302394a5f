// Starts the page: who looks at it, the head, and which view the address asks for.
import {whenLost} from './api.js';
import {showBoard} from './boardview.js';
import {showChange, showChanges} from './change.js';
import {showCharts} from './charts.js';
import {clearNotices, fill, h, notice} from './dom.js';
import {showJob, showJobs} from './jobs.js';
import * as live from './live.js';
import {showPod, showPods} from './pod.js';
import {showPolicies} from './policies.js';
import {showPolicy} from './policy.js';
import {askWho, isAdmin, signOut, signedIn, who} from './session.js';
import {showSignIn} from './signin.js';

const views = [
  {path: '', title: 'Board', show: showBoard, nav: true},
  {path: 'policies', title: 'Policies', show: showPolicies, one: showPolicy, nav: true},
  {path: 'pods', title: 'Pods', show: showPods, one: showPod, nav: true},
  {path: 'changes', title: 'Changes', show: showChanges, one: showChange, nav: true},
  {path: 'jobs', title: 'Jobs', show: showJobs, one: showJob, nav: true, admin: true},
  {path: 'charts', title: 'Charts', show: showCharts, nav: true},
];

const main = document.getElementById('main'), top = document.getElementById('top');
let leave = null;

function address() {
  const [path, query] = location.hash.replace(/^#\/?/, '').split('?');
  const [first, ...rest] = path.split('/');
  return {first, rest: rest.map(decodeURIComponent), query: new URLSearchParams(query)};
}

// Once: a link for those who do not want to pass the head each time, and the name.
function furnish() {
  document.body.prepend(h('a', {class: 'skip', href: '#main', click: (event) => {
    event.preventDefault();
    main.focus();
  }}, 'Skip to the content'));
  top.prepend(h('a', {class: 'brand', href: '#/'}, 'Tricircle QoS'));
}

function drawHead(current) {
  top.hidden = false;
  fill(document.getElementById('nav'), views.filter((view) => !view.admin || isAdmin()).map((view) =>
    h('a', {href: `#/${view.path}`, 'aria-current': view === current ? 'page' : null}, view.title,
      view.path === 'jobs' ? h('span', {id: 'job-count', class: 'badge'}) : null)));
  fill(document.getElementById('who'), h('span', {id: 'connection'}),
       signedIn() ? h('button', {class: 'plain', click: leaveSession}, 'Sign out')
                  : h('span', {class: 'quiet', title: 'The server runs without Keystone'}, 'no sign-in'));
  drawConnection();
  drawJobs();
}

function drawConnection() {
  const dot = document.getElementById('connection');
  if (!dot) return;
  const alive = live.connection === 'live';
  dot.className = alive ? 'live' : 'away';
  fill(dot, h('span', {class: 'lamp', 'aria-hidden': 'true'}), alive ? 'live' : 'not connected');
}

function drawJobs() {
  const badge = document.getElementById('job-count');
  if (!badge) return;
  const {open, failed} = live.jobs;
  fill(badge, failed ? [String(failed), h('span', {class: 'word'}, ' failed')] : open ? [String(open), h('span', {class: 'word'}, ' open')] : null);
  badge.classList.toggle('bad', Boolean(failed));
}

function show() {
  if (!who) return;
  leave?.abort();
  leave = new AbortController();
  clearNotices();
  const {first, rest, query} = address();
  const view = views.find((one) => one.path === first && (!one.admin || isAdmin()));
  drawHead(view);
  main.className = `view-${first || 'board'}${rest.length ? ' one' : ''}`;
  if (!view || (rest.length && !view.one)) {
    document.title = 'Tricircle QoS';
    fill(main, h('h1', {}, 'There is nothing here'), h('p', {}, h('a', {href: '#/'}, 'To the board')));
    return;
  }
  document.title = `${view.title} – Tricircle QoS`;
  const context = {signal: leave.signal, id: rest[0], query};
  Promise.resolve((rest.length ? view.one : view.show)(main, context)).catch((error) => {
    if (error.name !== 'AbortError') failed(error);
  });
  if (arrived) main.focus({preventScroll: true});
  arrived = true;
  window.scrollTo(0, 0);
}
let arrived = false;

function failed(error) {
  fill(main, h('h1', {}, error.status === 404 ? 'Not found' : 'That did not work'), h('p', {}, error.message),
       h('p', {}, h('a', {href: '#/'}, 'To the board')));
}

function leaveSession() {
  leave?.abort();
  live.stop();
  signOut();
  top.hidden = true;
  clearNotices();
  main.className = 'view-signin';
  document.title = 'Sign in – Tricircle QoS';
  arrived = false;
  showSignIn(main, {signedIn: begin});
}

function begin() {
  live.start();
  show();
}

live.listen('connection', drawConnection);
live.listen('jobs', drawJobs);
window.addEventListener('hashchange', show);
whenLost(async () => {
  // Rights that are missing are not a token that has ended: the server is asked which it is.
  const before = who;
  if (before && !await askWho().catch(() => before)) {
    leaveSession();
    notice('Your sign-in has ended.');
  }
});

async function arrive() {
  furnish();
  try {
    if (await askWho()) begin();
    else leaveSession();
  } catch (error) {
    failed(error);
  }
}
arrive();
