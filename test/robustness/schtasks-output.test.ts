import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type ErrorCode, WacsError } from '../../src/core/errors.ts';
import type { TaskHealth } from '../../src/core/task.ts';
import { compareTask, unattendedProblems } from '../../src/scheduler/compare-task.ts';
import { decodeOutput } from '../../src/scheduler/decode-output.ts';
import { readTaskXml } from '../../src/scheduler/read-task-xml.ts';
import { taskXml } from '../../src/scheduler/task-xml.ts';
import { definition, utf16 } from '../scheduler/samples.ts';
import { setUp } from '../scheduler/scheduler-under-test.ts';
import { inCase, pick, seededRandom, seedOr } from '../support/random.ts';
import { mutateText } from './mutations.ts';

const mutations = 1_000;
const seed = seedOr(20_260_714);
const longestMs = 1_000;
const now = new Date('2026-03-01T00:00:00Z');
const xml = taskXml({ ...definition, repetitionSeconds: 21_600 });
const names = [...new Set([...xml.matchAll(/<(\w+)/g)].map(([, name = '']) => name))] as [string, ...string[]];

// biome-ignore format: a list of oddities reads better dense
const oddValues: readonly [string, ...string[]] = [
  '', ' ', '-1', '1e999', 'PT', 'P1Y2M3DT4H5M6S', `PT${'9'.repeat(400)}H`, `P${'1D'.repeat(5_000)}`, 'true', 'TRUE', '&lt;', '&#0;',
  '&#x110000;', '&unknown;', '&', '<', ']]>', '<![CDATA[<x>]]>', '<!-- x -->', '__proto__', 'constructor', '%SystemRoot%\\x', '%'.repeat(5_000),
  '"', '\\\\server\\share', '\ud800', '2024-02-30T25:61:61', '+275761-01-01T00:00:00', 'S-1-5-18', '<a>'.repeat(2_000), `${'<a>'.repeat(2_000)}${'</a>'.repeat(2_000)}`,
];

/** Changes that know the format. */
const changes = [
  function oddValue(text: string, random: () => number) {
    const name = pick(random, names);
    return text.replace(new RegExp(`(<${name}>)[^<]*`), (_, start: string) => start + pick(random, oddValues));
  },
  function renamedElement(text: string, random: () => number) {
    return text.replaceAll(pick(random, names), pick(random, [...names, '__proto__', ':@', '#text', 'a:b', '1']));
  },
  function removedElement(text: string, random: () => number) {
    const name = pick(random, names);
    return text.replace(new RegExp(`<${name}>[^]*?</${name}>`), '');
  },
  function repeatedElement(text: string, random: () => number) {
    const name = pick(random, names);
    return text.replace(new RegExp(`<${name}>[^]*?</${name}>`), (element) => element.repeat(pick(random, [2, 200])));
  },
  function oddAttribute(text: string, random: () => number) {
    return text.replace(
      '<Task ',
      () => `<Task ${pick(random, ['__proto__="1"', 'x', 'x=1', "x='&e;'", 'xmlns="y"'])} `,
    );
  },
  function documentType(text: string, random: () => number) {
    return text.replace('<Task ', () => `${pick(random, bombs)}<Task `).replace('<Author>', '<Author>&e9;');
  },
];

const bomb = Array.from({ length: 9 }, (_, n) => `<!ENTITY e${n + 1} "${`&e${n};`.repeat(10)}">`).join('');
const bombs: readonly [string, ...string[]] = [
  `<!DOCTYPE Task [<!ENTITY e0 "lol">${bomb}]>`,
  `<!doctype Task [<!ENTITY e0 "lol">${bomb}]>`,
  '<!DOCTYPE Task [<!ENTITY e9 SYSTEM "file:///etc/passwd">]>',
];

describe(`${mutations} mutations of what schtasks prints`, () => {
  it('as XML: a task, or 35', async (t) => {
    const random = seededRandom(seed);
    const outcomes = { read: 0, refused: 0 };
    for (let number = 0; number < mutations; number += 1) {
      const mutation = mutateText(xml, random, [...changes, ...changes]);
      const text = Buffer.from(mutation.bytes).toString('utf8');
      const label = `${number} (${mutation.name})`;
      outcomes[await inCase(label, seed, () => withinTime(() => readOrRefuse(text)))] += 1;
    }
    assert.ok(outcomes.read > mutations / 20 && outcomes.refused > mutations / 20, JSON.stringify(outcomes));
    assert.deepEqual(Object.keys(Object.prototype), []);
    t.diagnostic(`seed ${seed}: ${JSON.stringify(outcomes)}`);
  });

  it('as bytes with any exit code: a health, or a code of Task Scheduler', async (t) => {
    const random = seededRandom(seed + 1);
    const seen = new Map<string, number>();
    for (let number = 0; number < mutations; number += 1) {
      const { name, bytes } = mutateText(pick(random, [xml, denial]), random, changes);
      const answer = {
        exitCode: pick(random, exitCodes),
        stdout: encode(bytes, random),
        stderr: encode(bytes, random),
      };
      const label = `${number} (${name}), exit code ${answer.exitCode}`;
      const outcome = await inCase(label, seed, () => withinTime(() => checkWith(answer)));
      seen.set(outcome, (seen.get(outcome) ?? 0) + 1);
    }
    for (const outcome of ['missing', 'unhealthy', 'TaskAccessDenied']) assert.ok(seen.has(outcome), outcome);
    t.diagnostic(`seed ${seed}: ${JSON.stringify([...seen])}`);
  });

  it('while a task is registered: done, or a code of Task Scheduler, and the fake holds the old task or ours', async () => {
    const random = seededRandom(seed + 2);
    for (let number = 0; number < mutations; number += 1) {
      const { name, bytes } = mutateText(xml, random, changes);
      await inCase(`${number} (${name})`, seed, () => withinTime(() => registerOver(encode(bytes, random))));
    }
  });
});

const denial = 'FEHLER: Zugriff verweigert. \u00dcberpr\u00fcfung \u9519\u8bef: \u62d2\u7edd\u8bbf\u95ee\u3002\r\n';
const exitCodes: readonly [number | undefined, ...(number | undefined)[]] = [
  ...([0, 0, 0, 0, 1, 2, -1, 255, 0x80070002, -2147024894, 0x80070005, 0x80041318, 0x8004131a, 0x41325] as const),
  ...([0x80041323, 0x800706b5, 0x8004130f, 0xffffffff, 0xc0000005, undefined] as const),
];
const documented: readonly ErrorCode[] = [
  ...(['TaskSchedulerError', 'TaskAccessDenied', 'TaskSchedulerUnavailable', 'TaskDefinitionRejected'] as const),
  ...(['TaskAccountError', 'TaskVerificationFailed', 'TaskUnhealthy', 'TaskSchedulerTimeout'] as const),
];

async function withinTime<Result>(work: () => Promise<Result>): Promise<Result> {
  const startedAt = performance.now();
  const result = await work();
  const tookMs = performance.now() - startedAt;
  assert.ok(tookMs < longestMs, `${tookMs} ms`);
  return result;
}

async function readOrRefuse(text: string): Promise<'read' | 'refused'> {
  const task = await readTaskXml(text).catch((error: unknown) => {
    assert.deepEqual([documentedCode(error)], ['TaskVerificationFailed']);
    return undefined;
  });
  if (task === undefined) return 'refused';
  assert.ok(JSON.stringify(task).length < 10 * text.length + 10_000, 'an entity was expanded');
  assert.doesNotMatch(JSON.stringify(task), /lollol|root:x:/);
  for (const problem of [...compareTask(definition, task, { now }), ...unattendedProblems(task)]) assert.ok(problem);
  return 'read';
}

interface Answer {
  readonly exitCode: number | undefined;
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
}

async function checkWith({ exitCode, ...streams }: Answer): Promise<string> {
  const { scheduler, schtasks } = setUp();
  // A service that is busy is asked six times.
  for (let times = 0; times < 6; times += 1) {
    schtasks.answers.push({ verb: '/Query', answer: { exitCode, ...streams } });
  }
  return outcomeOf(scheduler.check(definition).then(({ state }: TaskHealth) => state));
}

async function registerOver(stdout: Uint8Array): Promise<void> {
  const { scheduler, schtasks } = setUp();
  schtasks.tasks.set(definition.name, 'the old one');
  schtasks.answers.push({ verb: '/Query', answer: { stdout } });
  const outcome = await outcomeOf(scheduler.register(definition).then(() => 'registered'));
  const isOld = schtasks.tasks.get(definition.name) === 'the old one';
  assert.equal(isOld, outcome !== 'registered', outcome);
}

async function outcomeOf(work: Promise<string>): Promise<string> {
  return work.catch(documentedCode);
}

function documentedCode(error: unknown): string {
  assert.ok(error instanceof WacsError, String(error));
  assert.ok(documented.includes(error.code), `${error.code}: ${error.message}`);
  return error.code;
}

/** The bytes as they are, or their text in one of the encodings of consoles, possibly cut off. */
function encode(bytes: Uint8Array, random: () => number): Uint8Array {
  const text = Buffer.from(bytes).toString('utf8');
  const encoded = pick(random, [
    ...[bytes, utf16(text), Buffer.from(text, 'utf16le'), Buffer.from(`\ufeff${text}`, 'utf16le').swap16()],
    ...[Buffer.from(text, 'latin1'), Buffer.from(`\ufeff${text}`)],
  ] as [Uint8Array, ...Uint8Array[]]);
  const whole = random() < 0.7 ? encoded : encoded.subarray(0, Math.floor(random() * encoded.length));
  assert.equal(typeof decodeOutput(whole), 'string');
  return whole;
}
