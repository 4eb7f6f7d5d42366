import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { WacsError } from '../../src/core/errors.ts';
import { createSchtasks } from '../../src/scheduler/schtasks.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { type Answer, createAnsweringRunner, createMemoryLog, resultOf } from './fakes.ts';
import { utf16 } from './samples.ts';

const file = 'C:\\Windows\\System32\\schtasks.exe';
const name = 'wacs renew (ca.example)';

function client(answer: Answer) {
  const processes = createAnsweringRunner(answer);
  const log = createMemoryLog();
  return { schtasks: createSchtasks({ processes, log, file, clock: createFakeClock() }), processes, log };
}

suite('client of schtasks', () => {
  test('runs the three verbs with argument arrays, HRESULTs and a limit', async () => {
    const { schtasks, processes } = client({ exitCode: 0 });
    await schtasks.create(name, 'C:\\t\\task.xml');
    await schtasks.query(name);
    await schtasks.remove(name);
    assert.deepEqual(
      processes.requests.map(({ args }) => args),
      [
        ['/Create', '/TN', name, '/XML', 'C:\\t\\task.xml', '/F', '/HRESULT'],
        ['/Query', '/TN', name, '/XML', 'ONE', '/HRESULT'],
        ['/Delete', '/TN', name, '/F', '/HRESULT'],
      ],
    );
    for (const request of processes.requests) {
      assert.equal(request.file, file);
      assert.equal(request.timeoutMs, 60_000);
    }
  });

  const calls = {
    create: (answer: Answer) => client(answer).schtasks.create(name, 'x.xml'),
    query: (answer: Answer) => client(answer).schtasks.query(name),
    remove: (answer: Answer) => client(answer).schtasks.remove(name),
  };
  for (const [verb, call] of Object.entries(calls)) {
    test(`${verb}: a timeout, a program that cannot be started, and failures have their codes`, async () => {
      await assert.rejects(call({ exitCode: undefined, timedOut: true }), { code: 'TaskSchedulerTimeout' });
      await assert.rejects(call({ exitCode: undefined }), { code: 'TaskSchedulerError' });
      await assert.rejects(call(new WacsError('StorageError', 'ENOENT')), { code: 'TaskSchedulerUnavailable' });
      await assert.rejects(call(new WacsError('Interrupted', 'Ctrl+C')), { code: 'Interrupted' });
      await assert.rejects(call({ exitCode: 0x80070005 }), {
        code: 'TaskAccessDenied',
        details: { hresult: 0x80070005 },
      });
      await assert.rejects(call({ exitCode: 0x80041315 }), { code: 'TaskSchedulerUnavailable' });
      await assert.rejects(call({ exitCode: 0xc0000005 }), /crashed \(access violation\) \(0xC0000005/);
      await assert.rejects(call({ exitCode: 1, stderr: Buffer.from('ERROR: no idea\r\n') }), {
        code: 'TaskSchedulerError',
        message: /exit code 1, which names no cause; schtasks said: ERROR: no idea$/,
      });
    });

    test(`${verb}: success may come with the word ERROR, and failure with the word SUCCESS`, async () => {
      await assert.doesNotReject(call({ exitCode: 0, stderr: Buffer.from('ERROR: Access is denied.') }));
      await assert.rejects(call({ exitCode: 0x80041323, stdout: Buffer.from('SUCCESS: done') }), { name: 'WacsError' });
    });
  }

  test('an absent task is an answer to query and remove, and a failure of create', async () => {
    for (const exitCode of [0x80070002, 0x80070003, -2147024894]) {
      assert.equal(await calls.query({ exitCode }), undefined);
      assert.equal(await calls.remove({ exitCode }), false);
      await assert.rejects(calls.create({ exitCode }), { code: 'TaskSchedulerError' });
    }
    assert.equal(await calls.remove({ exitCode: 0 }), true);
  });

  test('a query decodes what it gets', async () => {
    assert.equal(await calls.query({ stdout: utf16('<Task>é</Task>') }), '<Task>é</Task>');
    assert.equal(await calls.query({}), '');
  });

  test('a success with a warning is a success, and warns', async () => {
    const { schtasks, log } = client({ exitCode: 0x0004131b });
    await schtasks.create(name, 'x.xml');
    assert.ok(log.lines.some((line) => line.startsWith('warning: ') && line.includes('SCHED_S_SOME_TRIGGERS_FAILED')));
  });

  test('localized bytes reach the verbose log as one readable line', async () => {
    const stderr = Buffer.from('FEHLER: Ung\x81ltig\r\n\x07(1,40)::FEHLER', 'latin1');
    const decodeConsole = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1').replaceAll('\x81', 'ü');
    const log = createMemoryLog();
    const processes = createAnsweringRunner({ exitCode: 0x80070005, stderr });
    const schtasks = createSchtasks({ processes, log, file, decodeConsole, clock: createFakeClock() });
    await assert.rejects(schtasks.create(name, 'x.xml'), (error: WacsError) => !error.message.includes('FEHLER'));
    assert.ok(
      log.lines.includes('verbose: schtasks ended with 0x80070005: FEHLER: Ungültig (1,40)::FEHLER'),
      log.lines.join('\n'),
    );
  });

  test('a service that is busy or starting is asked again, for 30 seconds in all', async () => {
    for (const exitCode of [0x80041323, 0x800706b5, 0x800706ba]) {
      const answers: Answer[] = [{ exitCode }, { exitCode }, { exitCode: 0 }];
      const clock = createFakeClock();
      const run = async () => resultOf(answers.shift() ?? { exitCode });
      const schtasks = createSchtasks({ processes: { run }, log: createMemoryLog(), file, clock });
      await schtasks.create(name, 'x.xml');
      assert.deepEqual(clock.sleeps, [1000, 2000]);
      await assert.rejects(schtasks.query(name), { code: 'TaskSchedulerUnavailable', details: { hresult: exitCode } });
      await assert.rejects(schtasks.remove(name), { code: 'TaskSchedulerUnavailable' });
      assert.equal(
        clock.sleeps.reduce((sum, pause) => sum + pause, 0),
        30_000,
      );
    }
  });

  test('a service that is stopped or disabled is not waited for', async () => {
    for (const exitCode of [0x80041315, 0x80070422, 0x80041322]) {
      const clock = createFakeClock();
      const schtasks = createSchtasks({
        processes: createAnsweringRunner({ exitCode }),
        log: createMemoryLog(),
        file,
        clock,
      });
      await assert.rejects(schtasks.query(name), { code: 'TaskSchedulerUnavailable' });
      assert.deepEqual(clock.sleeps, []);
    }
  });

  test('an interruption ends the waiting', async () => {
    const signal = AbortSignal.abort(new WacsError('Interrupted', 'Ctrl+C'));
    const processes = createAnsweringRunner({ exitCode: 0x80041323 });
    const schtasks = createSchtasks({ processes, log: createMemoryLog(), file, clock: createFakeClock(), signal });
    await assert.rejects(schtasks.query(name), { code: 'Interrupted' });
  });

  test('the limit of a call is a setting', async () => {
    const processes = createAnsweringRunner({ exitCode: undefined, timedOut: true });
    const log = createMemoryLog();
    const schtasks = createSchtasks({ processes, log, file, clock: createFakeClock(), timeoutMs: 3000 });
    await assert.rejects(schtasks.query(name), { code: 'TaskSchedulerTimeout', message: /within 3 seconds$/ });
    assert.equal(processes.requests[0]?.timeoutMs, 3000);
  });

  test('endless output is cut before it reaches the message', async () => {
    const stderr = Buffer.from('x'.repeat(100_000));
    await assert.rejects(calls.create({ exitCode: 1, stderr }), (error: WacsError) => error.message.length < 1000);
  });
});
