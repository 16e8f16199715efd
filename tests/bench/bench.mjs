// Measures the running stack against what the machine could do at all, in one run, and prints ratios.
//
// usage: tests/bench/run [options]
//
//   --scale N       people in the directory, with N/20 structures (1000)
//   --seconds S     how long each load lasts, and how many writes are measured (5)
//   --load N        people loaded through /Bulk, and as many by raw LDAP (5000)
//   --only PATTERN  only cases whose title or row names match this regular expression
//   --list          the cases and their goals, without running them
//   --program FILE  the habilitd to measure (build/release/habilitd); it is not built then
//   --tools DIR     the build folder that makes the denominators' programs (the program's own)
//   --json FILE     the figures, too
//
// Denominators are measured in the same run, in turns or before and after: a trivial libfcgi responder behind an
// nginx of its own, and the same LDAP operation by libldap alone on the same slapd. Never compare absolute figures of
// two runs. Every answer's status is checked; a row that could not be measured says so, and the bench then ends with 1.
// A goal that was missed is marked NO and ends it with 0.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = fileURLToPath(new URL('../..', import.meta.url));

const { values: options } = parseArgs({ options: {
  scale: { type: 'string', default: '1000' }, seconds: { type: 'string', default: '5' },
  load: { type: 'string', default: '5000' }, only: { type: 'string', default: '' }, list: { type: 'boolean' },
  program: { type: 'string', default: join(root, 'build/release/habilitd') },
  tools: { type: 'string' }, json: { type: 'string' }, help: { type: 'boolean', short: 'h' } } });

function print_help() {
  const lines = readFileSync(new URL(import.meta.url), 'utf8').split('\n');
  const end = lines.findIndex((line) => !line.startsWith('//'));
  console.log(lines.slice(0, end).map((line) => line.slice(3)).join('\n'));
}

// Goals are written '>=0.7', '<=5' or ''.
function is_met(goal, figure) {
  if (!goal) return '';
  return (goal.startsWith('>=') ? figure >= Number(goal.slice(2)) : figure <= Number(goal.slice(2))) ? 'yes' : 'NO';
}

const line = (name, figure, unit, goal, met, note) =>
  `${name.padEnd(52)} ${figure.padStart(9)} ${unit.padEnd(4)} ${goal.padEnd(9)} ${met.padEnd(4)} ${note}`.trimEnd();

class Table {
  rows = [];
  measured(name, goal, unit, figure, note = '') {
    const met = is_met(goal, figure);
    this.rows.push({ name, goal, unit, figure, met, note });
    console.log(line(name, figure.toFixed(2), unit, goal, met, note));
  }
  missing(name, goal, unit, why) {
    this.rows.push({ name, goal, unit, figure: null, met: 'not measured', note: why });
    console.log(line(name, '-', unit, goal, 'not', `measured: ${why}`));
  }
  sum_up() {
    const count = (met) => this.rows.filter((r) => r.met === met).length;
    console.log(`\n${count('yes')} goals met, ${count('NO')} missed, ${count('not measured')} rows not measured`);
    return count('not measured') === 0;
  }
}

const goal_of = (goal, site) => (typeof goal === 'function' ? goal(site) : goal);

// A case gives {key: [figure, note, goal]} for its rows {key: [name, goal, unit]}; its own goal is one that
// depends on what else it measured.
async function run_case(each, site, table) {
  let figures = {}, why = 'the case gave no figure';
  try {
    await site.ready();
    figures = await each.run(site);
  } catch (error) {
    why = String(error.message).split('\n')[0];
  }
  for (const [key, [name, goal, unit]] of Object.entries(each.rows)) {
    const [figure, note, own_goal] = figures[key] ?? [];
    if (Number.isFinite(figure)) table.measured(name, own_goal ?? goal_of(goal, site), unit, figure, note);
    else table.missing(name, goal_of(goal, site), unit, note ?? why);
  }
}

async function chosen_cases() {
  const files = ['rows_program', 'rows_read', 'rows_lists', 'rows_decide', 'rows_write'];
  const modules = await Promise.all(files.map((name) => import(`./${name}.mjs`)));
  const all = [...modules.flatMap((m) => m.cases), ...modules.flatMap((m) => m.last_cases ?? [])];
  const wanted = new RegExp(options.only, 'i');
  return all.filter((c) => wanted.test(c.title) || Object.values(c.rows).some(([name]) => wanted.test(name)));
}

function list_cases(cases) {
  for (const { title, rows } of cases) {
    console.log(title);
    for (const [name, goal, unit] of Object.values(rows)) console.log(`  ${name.padEnd(52)} ${goal_of(goal, { total: Number(options.scale) })} ${unit}`);
  }
}

async function measure(cases) {
  execFileSync('cmake', ['--build', options.tools, '--target', 'bench_responder', 'bench_raw_ldap'], { stdio: ['ignore', 'ignore', 'inherit'] });
  const work = mkdtempSync(join(tmpdir(), 'habilitd-bench-'));
  const table = new Table();
  let site;
  try {
    const { Site } = await import('./site.mjs');
    site = await Site.start(options, work);
    console.log(`${site.total} people; ${options.program}\n`);
    console.log(line('case', 'figure', 'unit', 'goal', 'met', ''));
    for (const each of cases) await run_case(each, site, table);
    if (options.json) writeFileSync(options.json, JSON.stringify({ people: site.total, rows: table.rows }, null, 2));
  } finally {
    await site?.stop();
    rmSync(work, { recursive: true, force: true });
  }
  return table.sum_up();
}

if (options.help) {
  print_help();
} else {
  options.program = resolve(options.program);
  options.tools = resolve(options.tools ?? dirname(options.program));
  process.env.HABILITD_PROGRAM = options.program; // before ../support/stack.mjs is read
  const cases = await chosen_cases();
  if (options.list) list_cases(cases);
  else process.exitCode = (await measure(cases)) ? 0 : 1;
}
