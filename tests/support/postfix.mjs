// A Postfix of its own for a test: private configuration, queue and mailboxes; it listens on no port, and
// hands every message of one domain to a Maildir. Needs root, as any Postfix does.
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const POSTFIX = '/usr/sbin/postfix';
const OWNER = 65534; // the mailboxes': nobody

// Why it cannot run here, or nothing.
export function missing() {
  if (!existsSync(POSTFIX)) return 'Postfix is not installed';
  if (process.getuid() !== 0) return 'Postfix needs root';
}

export class Postfix {
  constructor(domain) {
    this.dir = mkdtempSync(join(tmpdir(), 'habilitd-postfix-'));
    chmodSync(this.dir, 0o755); // postdrop and the delivery agent are other users
    for (const folder of ['etc', 'queue', 'data', 'mail']) mkdirSync(join(this.dir, folder));
    chownSync(join(this.dir, 'mail'), OWNER, OWNER);
    execFileSync('chown', ['postfix', join(this.dir, 'data')]);
    writeFileSync(join(this.dir, 'etc/main.cf'), `
compatibility_level = 3.6
myhostname = mail.habilitd.test
mydestination =
inet_interfaces = loopback-only
queue_directory = ${this.dir}/queue
data_directory = ${this.dir}/data
maillog_file = ${this.dir}/log
maillog_file_prefixes = ${this.dir}
virtual_mailbox_domains = ${domain}
virtual_mailbox_base = ${this.dir}/mail
virtual_mailbox_maps = static:inbox/
virtual_uid_maps = static:${OWNER}
virtual_gid_maps = static:${OWNER}
default_transport = error:this Postfix sends nothing away
smtputf8_enable = yes
`);
    // Debian's services, without those that listen on the network or need a chroot.
    const services = readFileSync('/etc/postfix/master.cf', 'utf8').split('\n')
      .filter((line) => line.trim() && !/^\s*#/.test(line) && !/^smtp\s+inet|^submission|^\s+-o/.test(line))
      .map((line) => line.replace(/^(\S+\s+\S+\s+\S+\s+\S+\s+)y/, '$1n'));
    if (!services.some((line) => line.startsWith('postlog'))) services.push('postlog unix-dgram n - n - 1 postlogd');
    writeFileSync(join(this.dir, 'etc/master.cf'), `${services.join('\n')}\n`);
    // What mail.sendmail names: this Postfix's own.
    this.sendmail = join(this.dir, 'sendmail');
    writeFileSync(this.sendmail, `#!/bin/sh\nexec /usr/sbin/sendmail -C ${this.dir}/etc "$@"\n`, { mode: 0o755 });
  }

  control(...words) {
    const done = spawnSync(POSTFIX, ['-c', join(this.dir, 'etc'), ...words], { encoding: 'utf8' });
    if (done.status !== 0) throw new Error(`postfix ${words.join(' ')}: ${done.status}\n${done.stdout}${done.stderr}\n${this.log()}`);
  }

  start() { this.control('start'); }
  log() { return existsSync(join(this.dir, 'log')) ? readFileSync(join(this.dir, 'log'), 'utf8') : ''; }

  // Raw messages in the mailbox, oldest first.
  messages() {
    const folder = join(this.dir, 'mail/inbox/new');
    return existsSync(folder) ? readdirSync(folder).sort().map((name) => readFileSync(join(folder, name))) : [];
  }

  // While broken, sendmail cannot put a message into the queue and says so (EX_TEMPFAIL).
  break() { renameSync(join(this.dir, 'queue/maildrop'), join(this.dir, 'queue/maildrop.away')); }
  mend() { renameSync(join(this.dir, 'queue/maildrop.away'), join(this.dir, 'queue/maildrop')); }

  stop() {
    spawnSync(POSTFIX, ['-c', join(this.dir, 'etc'), 'stop']);
    rmSync(this.dir, { recursive: true, force: true });
  }
}
