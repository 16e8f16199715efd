// The program itself: start, memory; and the denominators for themselves.
import { readFileSync } from 'node:fs';
import { sleep, until } from '../support/stack.mjs';

const status_field = (pid, name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]);
const promised = (site) => `<=${Math.round(64 + site.total / 1024)}`;

async function memory(site) {
  const megabytes = (field) => status_field(site.pid(), field) / 1024;
  return [megabytes('VmRSS'), `resident; ${await site.count_people()} people; peak ${megabytes('VmHWM').toFixed(0)} MB`];
}

// When a process began, and what time it is, in seconds after boot.
const begun_at = (pid) => Number(readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/.*\) /, '').split(' ')[19]) / 100;
const uptime = () => Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]);

async function restart(site) {
  const before = site.pid();
  process.kill(before, 'SIGTERM');
  const pid = await until('another habilitd', () => site.pid() !== before && site.pid(), 30000);
  await site.ready();
  const seconds = uptime() - begun_at(pid);
  await sleep(500);
  return seconds;
}

export const cases = [
  {
    title: 'start',
    rows: {
      start: ['start to ready', '<=3', 's'],
      memory: ['memory after the start', promised, 'MB'],
    },
    run: async (site) => {
      const seconds = await restart(site);
      return { start: [seconds, `restarted alone: begin of the process until /health/ready is 200, ${site.total} people`],
        memory: await memory(site) };
    },
  },
  {
    title: 'denominators',
    rows: {
      plain: ['trivial libfcgi responder', '', '/s'],
      product: ['the same behind nginx as habilitd has it', '', '/s'],
      raw: ['raw libldap read, 8 connections', '', '/s'],
    },
    run: async (site) => {
      const plain = await site.trivial();
      const product = await site.trivial({ through: 'product' });
      const raw = site.raw('read', site.dn_of(site.people[0].id), { connections: 8 });
      return { plain: [plain.rate, `p99 ${plain.p99.toFixed(2)} ms`], product: [product.rate, `p99 ${product.p99.toFixed(2)} ms; access log, limits, error pages`],
        raw: [raw.rate, `p99 ${raw.p99.toFixed(2)} ms`] };
    },
  },
];

export const memory_after = (what) => ({
  title: `memory after ${what}`,
  rows: { memory: [`memory after ${what}`, promised, 'MB'] },
  run: async (site) => ({ memory: await memory(site) }),
});
