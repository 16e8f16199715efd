// Many clients at once, and big groups: nothing is lost, one wins, and answers stay small (scim.md 118).
import { strict as assert } from 'node:assert';
import { BULK, EVERYTHING, access_request, enc, group, habilitation, ids, patch, siret, structure, tally, times, user } from './scim_suite.mjs';

const BASE = 40000; // SIRETs of these tests
const replace = (path, value) => patch({ op: 'replace', path, value });
const add = (...people) => patch({ op: 'add', path: 'members', value: people.map((value) => ({ value })) });
const by_filter = (id) => patch({ op: 'remove', path: `members[value eq "${id}"]` });
const by_value = (id) => patch({ op: 'remove', path: 'members', value: [{ value: id }] });
const all_done = (answers) => assert(answers.every((r) => [200, 204].includes(r.status)), JSON.stringify(tally(answers)));

// Makes people through /Bulk, a thousand at a time; their ids.
async function crowd(s, prefix, count) {
  const made = [];
  for (let from = 0; from < count; from += 1000) {
    const Operations = Array.from({ length: Math.min(1000, count - from) },
      (_, i) => ({ method: 'POST', path: '/Users', bulkId: `${from + i}`, data: user(`${prefix}-${from + i}`) }));
    const { body } = await s.ok(200, 'POST', '/Bulk', { schemas: [BULK], Operations });
    assert(body.Operations.every((o) => o.status === '201'));
    made.push(...body.Operations.map((o) => o.location.split('/').at(-1)));
  }
  return made;
}

async function members(s) {
  const people = await crowd(s, 'many', 100);
  const [first, second] = [people.slice(0, 50), people.slice(50)];
  let number = 0;
  for (const [path, make] of [['/Groups', (inside) => s.make('/Groups', group(`many-${number++}`, inside))],
    ['/Structures', (inside = []) => s.make('/Structures', structure(siret(BASE + number++), { members: inside.map((value) => ({ value })) }))]]) {
    const change = (id, body) => s.send('PATCH', `${path}/${id}`, body);
    const inside = async (id) => ids((await s.read(`${path}/${id}`)).members);
    for (let round = 1; round <= 3; round++) {
      await s.case(`501 ${path}: 50 parallel additions lose nothing, round ${round}`, '7644 s3.5.2.1', async () => {
        const { id } = await make();
        all_done(await times(50, (i) => change(id, add(first[i]))));
        assert.deepEqual(await inside(id), [...first].sort());
      });
      await s.case(`502 ${path}: 50 parallel removals leave nobody and touch no other, round ${round}`, '7644 s3.5.2.2', async () => {
        const { id } = await make(people);
        all_done(await times(50, (i) => change(id, i % 2 ? by_filter(first[i]) : by_value(first[i]))));
        assert.deepEqual(await inside(id), [...second].sort());
      });
      await s.case(`503 ${path}: additions, removals and renames at once, round ${round}`, '7644 s3.5.2', async () => {
        const { id } = await make(first);
        const remove = (i) => (i % 2 ? by_filter : by_value)(first[i]);
        const rename = (i) => replace('displayName', `mixed-${path}-${round}-${i}`);
        all_done(await times(110, (i) => change(id, i < 50 ? add(second[i]) : i < 100 ? remove(i - 50) : rename(i))));
        const now = await s.read(`${path}/${id}`);
        assert.deepEqual(ids(now.members), [...second].sort());
        assert.match(now.displayName, /^mixed-/);
      });
    }
    await s.case(`504 ${path}: the same member 20 times is there once`, '7644 s3.5.2.1', async () => {
      const { id } = await make();
      all_done(await times(20, () => change(id, add(first[0]))));
      assert.deepEqual(await inside(id), [first[0]]);
    });
    await s.case(`504 ${path}: additions in bulk requests at once`, '7644 s3.7', async () => {
      const { id } = await make();
      const answers = await times(10, (i) => s.ok(200, 'POST', '/Bulk',
        { schemas: [BULK], Operations: first.slice(i * 5, i * 5 + 5).map((value) => ({ method: 'PATCH', path: `${path}/${id}`, data: add(value) })) }));
      assert(answers.every(({ body }) => body.Operations.every((o) => ['200', '204'].includes(o.status))));
      assert.deepEqual(await inside(id), [...first].sort());
    });
  }
  await s.case('505 what 50 writers of one person change is all there', '7644 s3.5.2', async () => {
    const id = await s.person('many-attributes');
    const names = ['title', 'nickName', 'userType', 'locale', 'timezone', 'name.givenName', 'name.familyName', 'name.middleName', 'preferredLanguage',
      'displayName'];
    const value = (name, i) => ({ locale: 'fr-FR', timezone: 'Europe/Paris', preferredLanguage: 'fr' })[name] ?? `v${i}`;
    all_done(await times(50, (i) => s.send('PATCH', `/Users/${id}`,
      i < 10 ? replace(names[i], value(names[i], i)) : patch({ op: 'add', path: 'emails', value: [{ value: `m${i}@example.org`, type: 'other' }] }))));
    const now = await s.read(`/Users/${id}`);
    for (const [i, name] of names.entries()) assert.equal(name.split('.').reduce((at, part) => at?.[part], now), value(name, i), name);
    assert.equal(now.emails.length, 41);
  });
  await s.case('506 two managers cannot dismiss each other at once', 'docs/scim-resources.md', async () => {
    const two = people.slice(0, 2), manage = (op, id) => patch({ op, path: 'managers', value: [{ value: id }] });
    const { id } = await s.make('/Structures', structure(siret(BASE + 900), { managers: two.map((value) => ({ value })) }));
    for (let round = 0; round < 5; round++) {
      for (const each of two) await s.ok(200, 'PATCH', `/Structures/${id}`, manage('add', each));
      assert.deepEqual(tally(await times(2, (i) => s.send('PATCH', `/Structures/${id}`, manage('remove', two[i])))), { 200: 1, 403: 1 });
      assert.equal((await s.read(`/Structures/${id}`)).managers.length, 1);
    }
  });
}

async function winners(s) {
  // `count` at once: one is taken, all others get `status`.
  const once = (name, section, rounds, send, [good, bad], check = async () => {}, count = 20) => {
    const cases = Array.from({ length: rounds }, (_, round) => () => s.case(`${name}, round ${round + 1}`, section, async () => {
      const request = await send(round);
      const answers = await times(count, (i) => s.send(...request(i)));
      assert.deepEqual(tally(answers), { [good]: 1, [bad]: count - 1 });
      for (const refused of answers.filter((r) => r.status === bad)) {
        s.check_error(refused, bad);
        if (bad === 409 && good === 201) assert.equal(refused.body.scimType, 'uniqueness');
      }
      await check(round, answers.find((r) => r.status === good));
    }));
    return cases.reduce((before, run) => before.then(run), Promise.resolve());
  };
  const mixed = (text, i) => [...text].map((c, at) => ((i >> (at % 5)) & 1 ? c.toUpperCase() : c)).join('');
  const persons = (round) => s.person(`winner-${round}-${s.requests}`);
  let number = BASE + 1000;

  await once('510 20 creations of one userName', '7644 s3.3', 5, async (r) => () => ['POST', '/Users', user(`same-${r}`)], [201, 409],
    (r) => s.count(`/Users?filter=${enc(`userName eq "same-${r}"`)}`, 1));
  await once('511 20 creations of one userName in all letter cases', '7643 s4.1.1', 5,
    async (r) => (i) => ['POST', '/Users', user(mixed(`letters-${r}`, i))], [201, 409],
    (r) => s.count(`/Users?filter=${enc(`userName eq "letters-${r}"`)}`, 1));
  await once('512 20 renamings to one userName', '7644 s3.5.2', 3, async (r) => {
    const people = await times(20, (i) => s.person(`rename-${r}-${i}`));
    return (i) => ['PATCH', `/Users/${people[i]}`, replace('userName', mixed(`renamed-${r}`, i))];
  }, [200, 409], (r) => s.count(`/Users?filter=${enc(`userName eq "renamed-${r}"`)}`, 1));
  await once('513 20 creations of one displayName', '7644 s3.3', 3, async (r) => (i) => ['POST', '/Groups', group(mixed(`team-${r}`, i))], [201, 409],
    (r) => s.count(`/Groups?filter=${enc(`displayName eq "team-${r}"`)}`, 1));
  await once('514 20 creations of one SIRET', 'docs/scim-resources.md', 5,
    async (r) => (i) => ['POST', '/Structures', structure(siret(BASE + 950 + r), { displayName: `n${i}` })], [201, 409],
    (r) => s.count(`/Structures?filter=${enc(`siret eq "${siret(BASE + 950 + r)}"`)}`, 1));
  const place = (await s.make('/Structures', structure(siret(number++)))).siret;
  const only = (person) => `filter=${enc(`person.value eq "${person}"`)}`;
  let person;
  await once('515 20 grants of one habilitation', 'docs/scim-resources.md', 5, async (r) => {
    person = await persons(r);
    return () => ['POST', '/Habilitations', habilitation(person, 'consultation', place)];
  }, [201, 409], async () => {
    const [held] = await s.count(`/Habilitations?${only(person)}`, 1);
    await s.count(`/AccessRequests?${only(person)}`, 1);
    assert.deepEqual((await s.read(`/AccessRequests/${held.request.value}`)).history.map((h) => h.type), ['granted', 'applied']);
  });
  await once('516 20 grants that exclude each other', 'docs/scim-resources.md', 3, async (r) => {
    person = await persons(r);
    await s.make('/Habilitations', habilitation(person, 'consultation', place));
    return (i) => ['POST', '/Habilitations', habilitation(person, ['saisie', 'validation'][i], place)];
  }, [201, 403], () => s.count(`/Habilitations?${only(person)}`, 2), 2);
  await once('517 20 requests for one role', 'docs/scim-resources.md', 3, async (r) => {
    person = await persons(r);
    return () => ['POST', '/AccessRequests', access_request(person, 'consultation', place)];
  }, [201, 409], () => s.count(`/AccessRequests?${only(person)}`, 1));
  await once('518 20 decisions about one request', 'docs/scim-resources.md', 5, async (r) => {
    person = await persons(r);
    const { id } = await s.make('/AccessRequests', access_request(person, 'consultation', place));
    const decide = (value, reason) => patch({ op: 'add', path: 'decision', value: { value, reason } });
    return (i) => ['PATCH', `/AccessRequests/${id}`, [decide('approve'), decide('refuse', 'Not of this service'), decide('cancel')][i % 3]];
  }, [200, 409], async (r, { body }) => {
    const [now] = (await s.read(`/AccessRequests?${only(person)}`)).Resources;
    assert.equal(now.state, body.state);
    await s.count(`/Habilitations?${only(person)}`, body.state === 'active' ? 1 : 0);
  });
  await once('519 20 revocations', '7644 s3.6', 3, async (r) => {
    const { id } = await s.make('/Habilitations', habilitation(await persons(r), 'consultation', place));
    return () => ['DELETE', `/Habilitations/${id}`];
  }, [204, 404]);
  for (const [path, make] of [['/Users', () => s.person(`gone-${number++}`)],
    ['/Groups', async () => (await s.make('/Groups', group(`gone-${number++}`))).id],
    ['/Structures', async () => (await s.make('/Structures', structure(siret(number++)))).id]])
    await once(`520 20 deletions in ${path}`, '7644 s3.6', 2, async () => {
      const id = await make();
      return () => ['DELETE', `${path}/${id}`];
    }, [204, 404]);
  // Writers that read the same version: the directory lets one through.
  for (const [path, make, change] of [['/Users', async () => s.read(`/Users/${await s.person(`etag-${number++}`)}`), (i) => replace('title', `t${i}`)],
    ['/Groups', () => s.make('/Groups', group(`etag-${number++}`)), (i) => replace('displayName', `etag-${number}-${i}`)],
    ['/Structures', () => s.make('/Structures', structure(siret(number++))), (i) => replace('displayName', `n${i}`)],
    ['/Habilitations', async () => s.make('/Habilitations', habilitation(await persons('h'), 'consultation', place)),
      (i) => replace('until', new Date(Date.now() + (i + 5) * 86400000).toISOString())],
    ['/AccessRequests', async () => s.make('/AccessRequests', access_request(await persons('r'), 'consultation', place)),
      (i) => patch({ op: 'add', path: 'decision', value: { value: i % 2 ? 'cancel' : 'approve' } })]]) {
    await once(`521 20 PATCH with one If-Match in ${path}`, '7644 s3.14', 3, async () => {
      const { id, meta } = await make();
      return (i) => ['PATCH', `${path}/${id}`, change(i), { 'If-Match': meta.version }];
    }, [200, 412]);
    if (path === '/AccessRequests' || path === '/Habilitations') continue;
    await once(`522 20 PUT with one If-Match in ${path}`, '7644 s3.14', 2, async () => {
      const { id, ...was } = await make();
      return (i) => ['PUT', `${path}/${id}`, { ...was, ...(path === '/Users' ? { title: `t${i}` } : { displayName: `put-${id}-${i}` }) },
        { 'If-Match': was.meta.version }];
    }, [200, 412]);
    await once(`523 a deletion among writers with one If-Match in ${path}`, '7644 s3.14', 2, async () => {
      const { id, meta } = await make();
      return () => ['DELETE', `${path}/${id}`, undefined, { 'If-Match': meta.version }];
    }, [204, 404]);
  }
  await s.case('524 a chain of versions: every writer wins once', '7644 s3.14', async () => {
    const id = await s.person('chain');
    const wins = await times(20, async (i) => {
      for (;;) {
        const { headers } = await s.ok(200, 'GET', `/Users/${id}`);
        const answer = await s.send('PATCH', `/Users/${id}`, patch({ op: 'add', path: 'emails', value: [{ value: `c${i}@example.org` }] }),
          { 'If-Match': headers.get('etag') });
        if (answer.status === 200) return 1;
        assert.equal(answer.status, 412);
      }
    });
    assert.equal(wins.length, 20);
    assert.equal((await s.read(`/Users/${id}`)).emails.length, 21);
  });
}

async function big(s) {
  const people = await crowd(s, 'big', 2050);
  const [inside, outside] = [people.slice(0, 2000), people.slice(2000)];
  const { id } = await s.make('/Groups?excludedAttributes=members', group('big-group', inside));
  const at = `/Groups/${id}`;
  const timed = async (what, milliseconds, run) => {
    const begun = performance.now();
    const answer = await run();
    assert(performance.now() - begun < milliseconds, `${what} took ${Math.round(performance.now() - begun)} ms`);
    return answer;
  };
  await s.case('530 PATCH of one member of 2,000 answers without the list', '7644 s3.5.2, scim.md 118', async () => {
    for (const body of [add(outside[0]), add(outside[0]), by_filter(outside[0]), by_value(outside[0]), replace('displayName', 'big-group')]) {
      const answer = await timed('PATCH', 2000, () => s.ok(204, 'PATCH', at, body));
      assert.equal(answer.body, null);
      assert(answer.headers.get('etag'));
    }
    const { body } = await s.ok(200, 'PATCH', `${at}?attributes=displayName`, add(outside[0]));
    assert.deepEqual(Object.keys(body).sort(), ['displayName', 'id', 'schemas']);
    assert.equal((await s.ok(200, 'PATCH', `${at}?excludedAttributes=members`, by_filter(outside[0]))).body.members, undefined);
  });
  await s.case('531 excludedAttributes=members is small and quick', '7644 s3.9', async () => {
    for (const path of [`${at}?excludedAttributes=members`, `/Groups?filter=${enc('displayName eq "big-group"')}&excludedAttributes=members`,
      `${at}?attributes=displayName`]) {
      const { body } = await timed('GET', 1000, () => s.ok(200, 'GET', path));
      assert(JSON.stringify(body).length < 1500 && !JSON.stringify(body).includes('"members"'));
    }
  });
  await s.case('532 GET shows all of them', '7644 s3.4.1', async () => {
    const { body } = await timed('GET', 3000, () => s.ok(200, 'GET', at));
    assert.deepEqual(ids(body.members), [...inside].sort());
    assert(body.members.every((m) => m.type === 'User' && m.$ref.endsWith(m.value)));
    assert.equal((await s.ok(200, 'HEAD', at)).body, null);
    await s.ok(304, 'GET', at, undefined, { 'If-None-Match': body.meta.version });
    const parts = (await s.read(`${at}?attributes=members.value`)).members;
    assert(parts.length === 2000 && Object.keys(parts[0]).join() === 'value');
  });
  await s.case('533 who is in it', '7644 s3.4.2.2', async () => {
    for (const [filter, expected] of [[`members.value eq "${inside[1999]}"`, 1], [`members[value eq "${inside[0]}"]`, 1], [`members eq "${outside[9]}"`, 0]])
      await timed(filter, 1000, () => s.count(`/Groups?excludedAttributes=members&filter=${enc(`displayName eq "big-group" and ${filter}`)}`, expected));
    await s.count(`/Users?count=0&filter=${enc(`groups.value eq "${id}"`)}`, 2000);
  });
  await s.case('534 50 parallel additions and removals in it', '7644 s3.5.2', async () => {
    const answers = await times(100, (i) => s.send('PATCH', at, i < 50 ? add(outside[i]) : by_filter(inside[i])));
    assert.deepEqual(tally(answers), { 204: 100 });
    const gone = new Set(inside.slice(50, 100));
    assert.deepEqual(ids((await s.read(at)).members), [...inside, ...outside].filter((x) => !gone.has(x)).sort());
  });
  await s.case('535 PUT without members leaves them, PUT with them replaces them', '7644 s3.5.1', async () => {
    const few = inside.slice(100, 103);
    const { body } = await s.ok(200, 'PUT', at, group('big-group', few));
    assert.deepEqual(ids(body.members), [...few].sort());
    await s.ok(200, 'PATCH', at, patch({ op: 'replace', path: 'members', value: [] }));
    assert(!('members' in await s.read(at)));
  });
  await s.case('536 a walk through all people while some are made finds each once', '7644 s3.4.2.4, 9865 s2', async () => {
    const seen = [];
    for (let cursor = ''; cursor !== undefined;) {
      const page = await s.read(`/Users?filter=${enc('userName sw "big-"')}&attributes=id&count=97&cursor=${cursor}`);
      seen.push(...page.Resources.map((r) => r.id));
      cursor = page.nextCursor;
      if (seen.length < 500) await s.make('/Users', user(`other-${seen.length}`));
    }
    assert.deepEqual(seen.sort(), [...people].sort());
  });
}

export async function concurrency(all) {
  const s = await all.client('crowd', EVERYTHING);
  for (const part of [members, winners, big]) await part(s);
}
