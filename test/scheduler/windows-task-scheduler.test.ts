import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { WacsError } from '../../src/core/errors.ts';
import { taskXml } from '../../src/scheduler/task-xml.ts';
import type { Answer } from './fakes.ts';
import { definition, utf16 } from './samples.ts';
import { oldXml, setUp } from './scheduler-under-test.ts';

suite('registering a task', () => {
  test('registers, reads back and reports what was there before', async () => {
    const { scheduler, schtasks } = setUp();
    const first = await scheduler.register(definition);
    const health = { name: definition.name, state: 'healthy', problems: [], notes: [] };
    assert.deepEqual(first, {
      name: definition.name,
      registered: definition,
      xml: taskXml(definition),
      replaced: false,
      health,
    });
    assert.equal((await scheduler.register(definition)).replaced, true);
    assert.equal(schtasks.tasks.size, 1);
    assert.ok(schtasks.requests.every(({ file }) => file === 'C:\\Windows\\System32\\schtasks.exe'));
    assert.ok(schtasks.requests.every(({ args }) => args[0] !== '/Delete'));
  });

  test('hands the XML over in a private file of its own, and removes it', async () => {
    const { scheduler, files } = setUp();
    await scheduler.register(definition);
    await scheduler.register(definition);
    const paths = files.written.map(({ path }) => path);
    assert.equal(new Set(paths).size, 2);
    for (const { path, options } of files.written) {
      assert.match(path, /^C:\\ProgramData\\wacs\\tmp\\task-[-0-9a-f]{36}\.xml$/);
      assert.deepEqual(options, { private: true });
    }
    assert.deepEqual([...files.content.keys()], [definition.command]);
  });

  const failures: Readonly<Record<string, readonly [answer: Answer, code: string]>> = {
    'access denied': [
      { exitCode: 0x80070005, stderr: Buffer.from('FEHLER: Zugriff verweigert', 'latin1') },
      'TaskAccessDenied',
    ],
    'a stopped service': [{ exitCode: 0x80041315 }, 'TaskSchedulerUnavailable'],
    'a program that cannot be started': [new WacsError('StorageError', 'ENOENT'), 'TaskSchedulerUnavailable'],
    'rejected XML': [{ exitCode: 0x80041318 }, 'TaskDefinitionRejected'],
    'an account that may not': [{ exitCode: 0x80070569 }, 'TaskAccountError'],
    'a timeout': [{ exitCode: undefined, timedOut: true }, 'TaskSchedulerTimeout'],
    'exit code 1': [{ exitCode: 1, stderr: Buffer.from('\x8f\xe0\x90 \xff', 'latin1') }, 'TaskSchedulerError'],
    'a crash': [{ exitCode: 0xc0000005 }, 'TaskSchedulerError'],
  };
  for (const [name, [answer, code]] of Object.entries(failures)) {
    test(`that fails with ${name} leaves the old task and no file`, async () => {
      const { scheduler, schtasks, files } = setUp();
      schtasks.tasks.set(definition.name, oldXml);
      schtasks.answers.push({ verb: '/Create', answer });
      await assert.rejects(scheduler.register(definition), { name: 'WacsError', code });
      assert.equal(schtasks.tasks.get(definition.name), oldXml);
      assert.deepEqual([...files.content.keys()], [definition.command]);
    });
  }

  test('goes on when the old task is damaged', async () => {
    for (const exitCode of [0x80041321, 1]) {
      const { scheduler, schtasks } = setUp();
      schtasks.tasks.set(definition.name, oldXml);
      schtasks.answers.push({ verb: '/Query', answer: { exitCode } });
      await scheduler.register(definition);
      assert.match(schtasks.tasks.get(definition.name) ?? '', /PT2H/);
    }
  });

  test('leaves a task alone that may not be read, unless forced', async () => {
    const { scheduler, schtasks } = setUp();
    schtasks.tasks.set(definition.name, oldXml);
    const denied = { verb: '/Query', answer: { exitCode: 0x80070005 } } as const;
    schtasks.answers.push(denied);
    await assert.rejects(scheduler.register(definition), { code: 'TaskAccessDenied' });
    assert.equal(schtasks.tasks.get(definition.name), oldXml);
    schtasks.answers.push(denied);
    await scheduler.register(definition, { force: true });
    assert.match(schtasks.tasks.get(definition.name) ?? '', /PT2H/);
  });

  test('says so when the old task is gone too', async () => {
    const { scheduler, schtasks } = setUp();
    schtasks.tasks.set(definition.name, oldXml);
    schtasks.answers.push({ verb: '/Create', answer: { exitCode: 0 } });
    const { run } = schtasks;
    schtasks.run = async (request) => {
      if (request.args[0] === '/Create') schtasks.tasks.delete(definition.name);
      return run(request);
    };
    await assert.rejects(scheduler.register(definition), {
      code: 'TaskVerificationFailed',
      message: /the task is gone, the old one too$/,
    });
  });

  test('does not wait a second time for a scheduler that does not answer', async () => {
    const { scheduler, schtasks } = setUp();
    schtasks.answers.push({ verb: '/Query', answer: { exitCode: undefined, timedOut: true } });
    await assert.rejects(scheduler.register(definition), { code: 'TaskSchedulerTimeout' });
    assert.equal(schtasks.requests.length, 1);
  });

  test('that reports success for nothing is found out', async () => {
    const { scheduler, schtasks } = setUp();
    schtasks.answers.push({ verb: '/Create', answer: { exitCode: 0, stdout: Buffer.from('SUCCESS') } });
    await assert.rejects(scheduler.register(definition), {
      code: 'TaskVerificationFailed',
      message: /there is no such task$/,
    });
  });

  test('that reports success but keeps the old task is found out', async () => {
    const { scheduler, schtasks } = setUp();
    schtasks.tasks.set(definition.name, oldXml);
    schtasks.answers.push({ verb: '/Create', answer: { exitCode: 0 } });
    await assert.rejects(scheduler.register(definition), {
      code: 'TaskVerificationFailed',
      message: /: the old task is still there: its execution time limit is "3600 seconds"/,
    });
  });

  const lies: Readonly<Record<string, readonly [rewrite: (xml: string) => string, message: RegExp]>> = {
    disabled: [
      (xml) => xml.replace(/<Enabled>true<\/Enabled>\n {4}<Hidden>/, '<Enabled>false</Enabled><Hidden>'),
      /it is disabled$/,
    ],
    changed: [
      (xml) => xml.replace('HighestAvailable', 'LeastPrivilege').replace('PT2H', 'PT1H'),
      /run level.*; .*time limit/,
    ],
    garbage: [() => 'no task at all', /holds 0 tasks/],
  };
  for (const [name, [rewrite, message]] of Object.entries(lies)) {
    test(`whose result is ${name} is found out`, async () => {
      const { scheduler, schtasks } = setUp();
      schtasks.rewrite = rewrite;
      await assert.rejects(scheduler.register(definition), { code: 'TaskVerificationFailed', message });
    });
  }

  test('whose result cannot be read back fails with the cause of that', async () => {
    const { scheduler, schtasks } = setUp();
    schtasks.answers.push(
      { verb: '/Query', answer: { exitCode: 0x80070002 } },
      { verb: '/Query', answer: { exitCode: 0x80070422 } },
    );
    await assert.rejects(scheduler.register(definition), { code: 'TaskSchedulerUnavailable' });
  });

  const encodings = {
    'UTF-16LE without mark': (xml: string) => Buffer.from(xml, 'utf16le'),
    'UTF-16BE': (xml: string) => Buffer.from(utf16(xml)).swap16(),
    'UTF-8': (xml: string) => Buffer.from(xml),
    'the code page of the console': (xml: string) => Buffer.from(xml, 'latin1'),
  };
  for (const [name, encode] of Object.entries(encodings)) {
    test(`understands a task printed as ${name}`, async () => {
      const { scheduler, schtasks, files } = setUp();
      schtasks.encode = encode;
      const command = 'C:\\Données\\wacs.exe';
      files.content.set(command, new Uint8Array());
      const wished = { ...definition, command, workingDirectory: 'C:\\Données' };
      await scheduler.register(wished);
      assert.equal((await scheduler.check(wished)).state, 'healthy');
    });
  }

  test('fails as the files do when the XML cannot be written, and only warns when it cannot be removed', async () => {
    const { scheduler, files, schtasks, log } = setUp();
    files.failure = { method: 'writeAtomic', error: new WacsError('StorageError', 'disk full') };
    await assert.rejects(scheduler.register(definition), { code: 'StorageError' });
    assert.equal(schtasks.tasks.size, 0);
    files.failure = { method: 'remove', error: new WacsError('StorageError', 'file is busy') };
    await scheduler.register(definition);
    assert.ok(log.lines.includes('warning: file is busy'));
  });
});
