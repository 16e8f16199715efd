// A person at the portal without a browser: cookies, forms, redirects. For races, faults and hostile input.
import { strict as assert } from 'node:assert';

const unescape = (text) => text.replace(/&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi, (whole, dec, hex, name) =>
  dec ? String.fromCodePoint(+dec) : hex ? String.fromCodePoint(parseInt(hex, 16))
    : { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0' }[name] ?? whole);

const attribute = (tag, name) => {
  const found = new RegExp(`\\s${name}\\s*=\\s*"([^"]*)"`, 'i').exec(tag);
  return found ? unescape(found[1]) : undefined;
};

// The forms of a page: {method, action, fields} with hidden and prefilled values.
export function forms(html) {
  return [...html.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/gi)].map(([, head, inner]) => {
    const fields = {};
    for (const [tag] of inner.matchAll(/<input\b[^>]*>/gi)) {
      const name = attribute(tag, 'name');
      const type = (attribute(tag, 'type') ?? 'text').toLowerCase();
      if (!name || ((type === 'radio' || type === 'checkbox') && !/\schecked\b/i.test(tag))) continue;
      if (type !== 'submit') fields[name] = attribute(tag, 'value') ?? '';
    }
    return { method: (attribute(` ${head}`, 'method') ?? 'get').toUpperCase(), action: attribute(` ${head}`, 'action') ?? '', fields };
  });
}

export class Visitor {
  constructor(base_url, language = 'fr') {
    this.base = base_url.replace(/\/$/, '');
    this.language = language;
    this.cookies = new Map();
  }

  // One exchange, redirects not followed: {status, headers, html, path}.
  async send(method, path, { form, headers = {} } = {}) {
    const answer = await fetch(new URL(path, `${this.base}/`), {
      method,
      redirect: 'manual',
      headers: {
        'Accept-Language': this.language,
        ...(this.cookies.size ? { Cookie: [...this.cookies].map(([n, v]) => `${n}=${v}`).join('; ') } : {}),
        ...(form ? { 'Content-Type': 'application/x-www-form-urlencoded', Origin: new URL(this.base).origin } : {}),
        ...headers,
      },
      body: form ? new URLSearchParams(form).toString() : undefined,
    });
    for (const line of answer.headers.getSetCookie()) {
      const [pair] = line.split(';');
      const cut = pair.indexOf('=');
      if (/max-age=0/i.test(line) || cut === pair.length - 1) this.cookies.delete(pair.slice(0, cut));
      else this.cookies.set(pair.slice(0, cut), pair.slice(cut + 1));
    }
    return { status: answer.status, headers: answer.headers, html: await answer.text(), path };
  }

  async follow(answer) {
    for (let hops = 0; answer.status === 303 || answer.status === 302; hops++) {
      assert(hops < 5, 'too many redirects');
      answer = await this.send('GET', answer.headers.get('location'));
    }
    return answer;
  }

  async get(path) {
    return this.follow(await this.send('GET', path));
  }

  // Sends the page's form whose action contains `action`, with further fields.
  async submit(page, action, fields = {}, { follow = true } = {}) {
    const form = forms(page.html).find((f) => f.action.includes(action));
    assert(form, `no form for "${action}" on ${page.path}; there are: ${forms(page.html).map((f) => f.action)}`);
    const sent = await this.send('POST', form.action || page.path, { form: { ...form.fields, ...fields } });
    return follow ? this.follow(sent) : sent;
  }

  async sign_in(login, password) {
    const page = await this.get('/connexion');
    const form = forms(page.html).find((f) => f.method === 'POST' && Object.keys(f.fields).length > 1);
    const names = [...page.html.matchAll(/<input\b[^>]*>/gi)].map(([tag]) => ({
      name: attribute(tag, 'name'), hint: attribute(tag, 'autocomplete') }));
    const field = (hint) => names.find((n) => n.hint?.includes(hint))?.name;
    return this.follow(await this.send('POST', form.action || '/connexion', {
      form: { ...form.fields, [field('username')]: login, [field('current-password')]: password } }));
  }
}
