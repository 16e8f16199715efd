// scim.md 5c: filters over a known set of people, compared by who is found.
import { strict as assert } from 'node:assert';
import { EXT, GROUP, SEARCH, USER, enc, user } from './scim_suite.mjs';

export async function filters(s) {
  const ids = {};
  const add = async (name, more) => (ids[name] = (await s.ok(201, 'POST', '/Users', user(name, { userType: 'F', ...more }))).body.id);
  await add('f-alice', { title: 'Boss', displayName: 'Alice', name: { familyName: 'Doe', givenName: 'Alice' }, externalId: 'F-ABC',
    emails: [{ value: 'Alice@work.example', type: 'work', primary: true }, { value: 'alice@home.example', type: 'home' }],
    schemas: [USER, EXT], [EXT]: { department: 'Digital', employeeNumber: '7' } });
  await add('f-bob', { displayName: 'Bob', active: false, emails: [{ value: 'bob@home.example', type: 'home' }] });
  await add('f-o\'malley', { displayName: 'say "hi" \\ ok', title: 'Peer' });
  await add('f-zoe', { displayName: 'Zoé', name: { familyName: 'Ångström', givenName: 'Zoé' }, title: 'boss' });
  await s.ok([200, 204], 'PATCH', `/Users/${ids['f-bob']}`, { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
    Operations: [{ op: 'add', value: { [`${EXT}:manager`]: { value: ids['f-alice'] } } }] });
  const group = (await s.ok(201, 'POST', '/Groups', { schemas: [GROUP], displayName: 'f-group', members: [{ value: ids['f-alice'] }] })).body;

  const all = ['f-alice', 'f-bob', 'f-o\'malley', 'f-zoe'];
  const expect = (filter, names, section = '7644 s3.4.2.2') => s.case(`filter ${filter}`, section, async () => {
    const found = await s.ok(200, 'GET', `/Users?filter=${enc(`userType eq "F" and (${filter})`)}`);
    assert.deepEqual(found.body.Resources.map((r) => r.userName).sort(), [...names].sort());
    assert.equal(found.body.totalResults, names.length);
    const searched = await s.ok(200, 'POST', '/Users/.search', { schemas: [SEARCH], filter: `userType eq "F" and (${filter})`, attributes: ['userName'] });
    assert.deepEqual(searched.body.Resources.map((r) => r.userName).sort(), [...names].sort(), 'the same by .search');
  });
  const [alice, bob, malley, zoe] = all;

  await expect('userName Eq "F-ALICE"', [alice]);
  await expect('USERNAME eq "f-alice"', [alice]);
  await expect(`${USER}:userName sw "f-al"`, [alice], '7644 s3.10');
  await expect('userName ew "OE"', [zoe]);
  await expect('userName co "\'"', [malley]);
  await expect('title pr', [alice, malley, zoe]);
  await expect('not (title pr)', [bob]);
  await expect('title eq "boss"', [alice, zoe], '7643 s2.2: caseExact false');
  await expect('title ne "boss"', [bob, malley]);
  await expect('title eq "Boss" and active eq true', [alice, zoe]);
  await expect('title pr or userName eq "f-bob" and active eq true', [alice, malley, zoe], 'and binds before or');
  await expect('(title pr or userName eq "f-bob") and active eq false', [bob], 'grouping');
  await expect('not (userName eq "f-bob") and title sw "B"', [alice, zoe]);
  await expect('not(active eq true)', [bob], 'ABNF');
  await expect('active ne true', [bob]);
  await expect('displayName eq "say \\"hi\\" \\\\ ok"', [malley]);
  await expect('displayName eq "Zo\\u00e9"', [zoe], '8259 s7');
  await expect('displayName eq "ZOÉ"', [zoe]);
  await expect('name.familyName eq "doe"', [alice]);
  await expect('name.familyName co "ngstr"', [zoe]);
  await expect('emails co "work.example"', [alice], 'RFC figure 2');
  await expect('emails.value eq "BOB@HOME.example"', [bob]);
  await expect('emails[type eq "work"]', [alice]);
  await expect('emails[type eq "home" and value co "@home.example"]', [alice, bob]);
  await expect('emails[type eq "work" and value co "home"]', []);
  await expect('emails[not (type eq "work")]', [alice, bob]);
  await expect('emails[type eq "work"].value eq "alice@work.example"', [alice], 'as Entra ID sends it');
  await expect('emails pr', [alice, bob]);
  await expect('emails.type eq "home"', [alice, bob]);
  await expect('emails[primary eq true]', [alice]);
  await expect('userName ne "f-alice" and not (emails co "home.example" or emails.value co "work.example")', [malley, zoe]);
  await expect('externalId eq "F-ABC"', [alice]);
  await expect('externalId eq "f-abc"', [], '7643 s3.1: caseExact');
  await expect(`id eq "${ids['f-bob']}"`, [bob]);
  await expect(`id eq "${ids['f-bob'].toUpperCase()}"`, [], '7643 s3.1: caseExact');
  await expect(`schemas eq "${EXT}"`, [alice, bob], 'RFC figure 2');
  await expect(`${EXT}:department sw "d"`, [alice], '7644 s3.10');
  await expect(`${EXT}:manager.value eq "${ids['f-alice']}"`, [bob], '7644 s3.10');
  await expect(`groups.value eq "${group.id}"`, [alice]);
  await expect('meta.created gt "2020-01-01T00:00:00Z"', all);
  await expect('meta.created gt "2020-01-01T01:00:00+01:00"', all, 'dates are instants');
  await expect('meta.lastModified lt "2020-01-01T00:00:00Z"', []);
  await expect('meta.resourceType eq "User"', all);
  await expect('userName gt "f-b" and userName lt "f-p"', [bob, malley]);
  await expect('userName ge "f-bob" and userName le "F-BOB"', [bob]);
  await expect('title eq null', [bob], '7643 s2.5');
  await expect('title ne null', [alice, malley, zoe], '7643 s2.5');
  await expect('userName eq "a\\" or \\"1\\" eq \\"1"', [], 'a literal is a literal');
  await expect('userName eq "*"', []);
  await expect('userName sw "f-)(uid=*"', []);

  for (const bad of ['displayName eq "x', 'userName eq bob', 'userName regex "x"', 'userName eq', '(title pr', 'title pr)', '', 'and', 'title pr and', 'not title pr', 'nope eq "x"',
    'emails[ims[type eq "x"]]', 'active gt true', 'active gt "true"', 'x509Certificates.value gt "a"', 'userName eq "a" userName eq "b"', 'emails[type eq "work"', 'emails[]', 'name.nope eq "x"',
    'meta.created gt "yesterday"', 'userName eq \'a\'', 'userName == "a"', 'title pr or', 'active eq "maybe"', 'urn:nope:userName eq "a"', 'password eq "x"'])
    await s.case(`bad filter ${bad || '(empty)'}`, '7644 s3.4.2.2', () => s.error(400, 'invalidFilter', 'GET', `/Users?filter=${enc(bad)}`));

  await s.case('71 hostile sizes answer in under a second', 'robustness', async () => {
    const search = (filter) => s.send('POST', '/Users/.search', { schemas: [SEARCH], filter, count: 1 });
    for (const filter of [Array(1000).fill('title eq "x"').join(' or '), '('.repeat(200) + 'title pr' + ')'.repeat(200), 'not ('.repeat(5000), `title eq "${'x'.repeat(99000)}"`]) {
      const begun = Date.now();
      const { status, body } = await search(filter);
      assert([200, 400].includes(status), `status ${status}`);
      if (status === 400) assert(['invalidFilter', 'tooMany'].includes(body.scimType));
      assert(Date.now() - begun < 1000, 'slower than a second');
    }
  });
  await s.case('69 members', '7644 s3.4.2.2', async () => {
    for (const filter of [`members.value eq "${ids['f-alice']}"`, `members eq "${ids['f-alice']}"`])
      assert.deepEqual((await s.ok(200, 'GET', `/Groups?filter=${enc(filter)}`)).body.Resources.map((g) => g.id), [group.id]);
    await s.count(`/Groups?filter=${enc('displayName eq "F-GROUP"')}`, 1);
  });
}
