// Lists of 100: pages, orders, filters, walks by cursors, searches. At one connection, p50 of the whole
// exchange. A list is asked for the first time (its order is made, and kept) and again.
import { memory_after } from './rows_program.mjs';

const enc = encodeURIComponent;
const OWN = 'urn:habilitd:scim:schemas:extension:User';
const SEARCH = 'urn:ietf:params:scim:api:messages:2.0:SearchRequest';
const GOAL = '<=5', FIRST = '<=50';
const FIRST_ASKS = 10;

const list = (site, query, where = '/Users') => ({ path: `${site.base}${where}?count=100&${query}` });
const filtered = (site, filter, where) => list(site, `filter=${enc(filter)}`, where);
const search = (site, filter, where = '/Users') => ({ method: 'POST', path: `${site.base}${where}/.search`,
  body: JSON.stringify({ schemas: [SEARCH], filter, count: 100 }) });
const again = (site, requests) => site.load(requests, { connections: 1 });

// The slowest of several queries {name: request}: [p50, which it was].
async function slowest(site, queries) {
  let worst = [0, ''];
  for (const [name, request] of Object.entries(queries)) {
    const { p50, p99 } = await again(site, [request]);
    if (p50 > worst[0]) worst = [p50, `slowest of ${Object.keys(queries).length}: ${name}; p99 ${p99.toFixed(2)} ms`];
  }
  return worst;
}

// The same, each query made different a few times, so that nothing is kept for it: `make(i)`.
async function slowest_first(site, queries, asks = FIRST_ASKS) {
  let worst = [0, ''];
  for (const [name, make] of Object.entries(queries)) {
    const { p50 } = await site.exchange(Array.from({ length: asks }, (_, i) => make(i)));
    if (p50 > worst[0]) worst = [p50, `slowest of ${Object.keys(queries).length}: ${name}`];
  }
  return worst;
}

const pages = (site) => ({
  'first': list(site, 'startIndex=1'),
  'middle': list(site, `startIndex=${Math.max(1, site.total >> 1)}`),
  'last': list(site, `startIndex=${Math.max(1, site.total - 99)}`),
});

const ORDERS = ['userName', 'name.familyName', 'emails.value', 'meta.lastModified', `${OWN}:structures.display`];
const orders = (site) => Object.fromEntries(ORDERS.flatMap((by) => ['ascending', 'descending'].map((way) =>
  [`${by} ${way}`, list(site, `sortBy=${by}&sortOrder=${way}&startIndex=${Math.max(1, site.total >> 1)}`)])));
// Everybody matches, so everybody is put in order.
const first_orders = (site) => Object.fromEntries(ORDERS.map((by) =>
  [by, (i) => list(site, `sortBy=${by}&filter=${enc(`not (userName eq "nobody-${i}")`)}`)]));

// Filters of everyday; {n} makes one that has not been asked yet. With what LDAP says to the same.
const FILTERS = {
  'displayName co': ['displayName co "ma{n}"', '(displayName=*ma{n}*)'],
  'userName sw': ['userName sw "p0{n}"', '(uid=p0{n}*)'],
  'userName ew': ['userName ew "{n}@example.org"', '(uid=*{n}@example.org)'],
  'familyName and givenName': ['name.familyName eq "Caron{n}" and name.givenName eq "Hugo"', '(&(sn=Caron{n})(givenName=Hugo))'],
  'not present': ['not (title pr) and not (title eq "x{n}")', '(&(!(title=*))(!(title=x{n})))'],
  'active and mail': ['active eq true and emails[type eq "work" and value co "1{n}"]', '(&(habActive=TRUE)(mail=*1{n}*))'],
};
const numbered = (text, n) => text.replaceAll('{n}', n);
const filters = (site) => Object.fromEntries(Object.entries(FILTERS).map(([name, [scim]]) => [name, filtered(site, numbered(scim, ''))]));
const first_filters = (site) => Object.fromEntries(Object.entries(FILTERS).map(([name, [scim]]) =>
  [name, (i) => filtered(site, numbered(scim, String(i)))]));

// Those of our own extension, and links.
const LINKS = {
  'application and role': `${OWN}:habilitations[application eq "soffi" and role eq "consultation"]`,
  'structure': `${OWN}:structures.siret eq "73282932000074"`,
  'role alone': `${OWN}:habilitations.role eq "consultation"`,
};
const links = (site) => Object.fromEntries(Object.entries(LINKS).map(([name, filter]) => [name, filtered(site, filter)]));
const first_links = (site) => Object.fromEntries(Object.entries(LINKS).map(([name, filter]) =>
  [name, (i) => filtered(site, `${filter} and not (userName eq "nobody-${i}")`)]));

// What costs most among what is accepted: texts that are nowhere, links of everybody, ever more terms until they
// are too many.
const many_terms = (term, i, count) => Array.from({ length: count }, (_, k) => `${term} co "zq${i}x${k}"`).join(' or ');
const LADDER = [15, 30, 45, 60, 90, 180, 2000];
const ladders = (site) => Object.fromEntries(['displayName', 'emails.value'].flatMap((term) => LADDER.map((count) =>
  [`${count} terms, ${term}`, (i) => search(site, many_terms(term, i, count))])));
const worst = (site) => ({
  'not and or': (i) => search(site, `not (displayName co "zzz${i}") and (emails[value co "qqqq"] or name.familyName co "yyyy" or userName ew "xxxx" or title co "wwww")`),
  'displays of groups': (i) => search(site, `not (groups.display co "zq${i}")`),
  'displays of habilitations': (i) => search(site, `not (${OWN}:habilitations.display co "zq${i}")`),
  'values of structures': (i) => search(site, `not (${OWN}:structures[display co "zq${i}" or siret co "zq"])`),
  ...ladders(site),
});

// What is refused as too much is not accepted; nginx gives up after half a minute.
const REFUSED = 400, GAVE_UP = 504;

async function time_once(site, request) {
  const begun = performance.now();
  const { status } = await site.ask(request);
  if (![200, REFUSED, GAVE_UP].includes(status)) throw new Error(`a filter: ${status}`);
  return { status, took: performance.now() - begun };
}

// Of each query the median of its first asks, each different; one that nginx gave up on is not asked again.
async function first_asks(site, queries, asks = 3) {
  const times = {};
  for (const [name, make] of Object.entries(queries)) {
    const mine = [];
    for (let i = 0; i < asks; i++) {
      const { status, took } = await time_once(site, make(i));
      if (status === REFUSED) break;
      mine.push(took);
      if (status === GAVE_UP) break;
    }
    await site.ready();
    if (mine.length) times[name] = { p50: mine.sort((x, y) => x - y)[mine.length >> 1], whole: mine.length === asks };
  }
  return times;
}

async function worst_filters(site) {
  await site.count_people();
  const queries = worst(site);
  const times = await first_asks(site, queries);
  const order = Object.entries(times).sort(([, x], [, y]) => y.p50 - x.p50);
  const [name, { p50, whole }] = order[0];
  const repeated = [];
  for (const [each, { whole: accepted }] of order) {
    // Near the limit a filter may be accepted at one time and refused at another.
    if (accepted && repeated.length < 4 && (await time_once(site, queries[each](0))).status === 200) repeated.push([each, queries[each](0)]);
  }
  return { first: [p50, `slowest of ${Object.keys(times).length}: ${name}${whole ? '' : ', not accepted each time'}`],
    again: await slowest(site, Object.fromEntries(repeated)) };
}

async function walk(site) {
  const requests = [];
  let cursor = '';
  do {
    requests.push(list(site, `sortBy=userName&cursor=${cursor}`));
    const [{ body }] = (await site.exchange([requests.at(-1)])).answers;
    cursor = JSON.parse(body).nextCursor;
  } while (cursor && requests.length < 200);
  const { p50, p99 } = await again(site, requests);
  return [p50, `${requests.length} pages of a walk; p99 ${p99.toFixed(2)} ms`];
}

// Share of the filters whose totalResults is what LDAP counts.
async function exactness(site) {
  const wrong = [];
  for (const [name, [scim, ldap]] of Object.entries(FILTERS)) {
    const { answers } = await site.exchange([filtered(site, numbered(scim, ''))]);
    const found = site.stack.ldap(`(&(objectClass=inetOrgPerson)${numbered(ldap, '')})`, `ou=people,${site.demo.ldap_base}`, ['1.1']);
    const counted = (found.match(/^dn:/gm) ?? []).length;
    const { totalResults } = JSON.parse(answers[0].body);
    if (totalResults !== counted) wrong.push(`${name}: ${totalResults}, LDAP ${counted}`);
  }
  const all = Object.keys(FILTERS).length;
  return [(all - wrong.length) / all, wrong.length ? wrong.join('; ') : `${all} filters against what LDAP counts`];
}

const asked_twice = (title, first, then) => ({
  title,
  rows: { first: [`${title}, first ask`, FIRST, 'ms'], again: [`${title}, again`, GOAL, 'ms'] },
  run: async (site) => ({ first: await slowest_first(site, first(site)), again: await slowest(site, then(site)) }),
});

export const cases = [
  { title: 'list of 100, any page', rows: { p50: ['list of 100, any page', GOAL, 'ms'] },
    run: async (site) => ({ p50: await slowest(site, pages(site)) }) },
  asked_twice('list of 100, any order', first_orders, orders),
  asked_twice('list of 100, any filter', first_filters, filters),
  asked_twice('list of 100, own extension', first_links, links),
  { title: 'list, totalResults', rows: { exact: ['totalResults as LDAP counts, share of filters', '>=1', 'x'] },
    run: async (site) => ({ exact: await exactness(site) }) },
  { title: 'list, cursors', rows: { p50: ['walk by cursors, a page of 100', GOAL, 'ms'] },
    run: async (site) => ({ p50: await walk(site) }) },
  { title: 'list, .search', rows: { p50: ['POST /Users/.search', GOAL, 'ms'] },
    run: async (site) => ({ p50: await slowest(site, { 'displayName co': search(site, 'displayName co "ma"') }) }) },
  asked_twice('root search', (site) => ({ 'displayName co': (i) => filtered(site, `displayName co "ma${i}"`, '/') }),
    (site) => ({ 'displayName co': filtered(site, 'displayName co "ma"', '/'), '.search': search(site, 'displayName co "ma"', '') })),
  memory_after('all these lists'),
];

// Apart, for the bench to do last: it can keep the program busy for a while.
export const last_cases = [
  { title: 'worst accepted filter',
    rows: { first: ['worst accepted filter, first ask', FIRST, 'ms'], again: ['worst accepted filter, again', FIRST, 'ms'] },
    run: worst_filters },
];
