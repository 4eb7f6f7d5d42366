import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { createTaskDefinition, quoteArgument, taskName } from '../../src/scheduler/task-definition.ts';

const baseUri = 'https://acme-v02.api.letsencrypt.org/';
const executable = 'C:\\Program Files\\wacs\\wacs.exe';

suite('name of the task', () => {
  const names = [
    [baseUri, 'wacs renew (acme-v02.api.letsencrypt.org)'],
    ['https://acme.zerossl.com/v2/DV90', 'wacs renew (acme.zerossl.comv2DV90)'],
    ['http://ca.example:14000/dir', 'wacs renew (ca.example14000dir)'],
    ['HTTPS://user:secret@ca.example/x?y=<1>|"2"*', 'wacs renew (ca.examplexy=12)'],
    ['ca.example/\u0007dir@home', 'wacs renew (ca.exampledir@home)'],
  ] as const;
  for (const [uri, name] of names) {
    test(`for ${JSON.stringify(uri)}`, () => assert.equal(taskName(uri), name));
  }

  test('is never longer than Task Scheduler takes', () => {
    const name = taskName(`https://${'a'.repeat(400)}.example/`);
    assert.equal(name.length, 238);
    assert.match(name, /^wacs renew \(a+\)$/);
  });
});

suite('definition of the task', () => {
  test('has the usual values', () => {
    assert.deepEqual(createTaskDefinition({ baseUri, executable }), {
      name: 'wacs renew (acme-v02.api.letsencrypt.org)',
      command: executable,
      arguments: '--renew --baseuri "https://acme-v02.api.letsencrypt.org/"',
      workingDirectory: 'C:\\Program Files\\wacs',
      description: 'Check for renewal of ACME certificates.',
      startTime: '09:00:00',
      randomDelaySeconds: 14_400,
      executionTimeLimitSeconds: 7_200,
    });
  });

  test('carries the state folder and the given times', () => {
    const task = createTaskDefinition({
      baseUri,
      executable: 'D:\\wacs.exe',
      configPath: 'D:\\state\\',
      startTime: '23:59:59',
      randomDelaySeconds: 0,
      executionTimeLimitSeconds: 60,
      repetitionSeconds: 21_600,
    });
    assert.equal(
      task.arguments,
      '--renew --baseuri "https://acme-v02.api.letsencrypt.org/" --configpath "D:\\state\\\\"',
    );
    assert.equal(task.workingDirectory, 'D:\\');
    assert.equal(task.repetitionSeconds, 21_600);
  });

  for (const startTime of ['9:00', '09:00', '24:00:00', '09:60:00', '', '09:00:00 AM']) {
    test(`refuses the start time "${startTime}"`, () => {
      assert.throws(() => createTaskDefinition({ baseUri, executable, startTime }), { code: 'ConfigurationError' });
    });
  }

  test('refuses impossible numbers', () => {
    for (const numbers of [
      { randomDelaySeconds: -1 },
      { randomDelaySeconds: Number.NaN },
      { executionTimeLimitSeconds: 0.5 },
      { repetitionSeconds: 59 },
      { repetitionSeconds: 86_400 },
    ]) {
      assert.throws(() => createTaskDefinition({ baseUri, executable, ...numbers }), { code: 'ConfigurationError' });
    }
  });

  test('refuses a path longer than the schema allows', () => {
    const long = `C:\\${'x'.repeat(254)}.exe`;
    assert.throws(() => createTaskDefinition({ baseUri, executable: long }), { code: 'TaskDefinitionRejected' });
    assert.doesNotThrow(() => createTaskDefinition({ baseUri, executable: `C:\\${'x'.repeat(253)}.exe` }));
  });
});

suite('quoted arguments', () => {
  for (const value of [
    '',
    'plain',
    'with blank',
    'C:\\dir\\',
    'C:\\dir\\\\',
    'a"b',
    'a\\"b',
    'a\\\\"b"',
    '\\',
    '"',
    'a\\b c\\',
  ]) {
    test(`give back ${JSON.stringify(value)}`, () => {
      assert.deepEqual(splitCommandLine(`${quoteArgument(value)} next`), [value, 'next']);
    });
  }
});

/** The rules of CommandLineToArgvW, for arguments after the first. */
function splitCommandLine(line: string): string[] {
  const result: string[] = [];
  let current: string | undefined;
  let quoted = false;
  for (let index = 0; index < line.length; index += 1) {
    const [run = ''] = /^\\*/.exec(line.slice(index)) ?? [];
    if (run !== '') {
      const beforeQuote = line[index + run.length] === '"';
      const literalQuote = beforeQuote && run.length % 2 === 1;
      current =
        (current ?? '') +
        '\\'.repeat(beforeQuote ? Math.floor(run.length / 2) : run.length) +
        (literalQuote ? '"' : '');
      index += run.length - (literalQuote ? 0 : 1);
    } else if (line[index] === '"') {
      quoted = !quoted;
      current ??= '';
    } else if (line[index] === ' ' && !quoted) {
      if (current !== undefined) result.push(current);
      current = undefined;
    } else {
      current = (current ?? '') + line[index];
    }
  }
  return current === undefined ? result : [...result, current];
}
