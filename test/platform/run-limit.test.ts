import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { WacsError } from '../../src/core/errors.ts';
import { startRunLimit } from '../../src/platform/run-limit.ts';

describe('startRunLimit', () => {
  it('aborts at the limit and gives the run up after the grace', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const told: string[] = [];
    const limit = startRunLimit({
      seconds: 540,
      interruption: new AbortController().signal,
      onLimit: (message) => void told.push(message),
    });
    t.mock.timers.tick(539_999);
    assert.equal(limit.signal.aborted, false);
    t.mock.timers.tick(1);
    assert.ok(limit.signal.reason instanceof WacsError);
    assert.equal(limit.signal.reason.code, 'AcmeTimeout');
    assert.deepEqual(told, ['the run has reached its limit of 540 s']);
    const overdue = assert.rejects(limit.overdue, { code: 'AcmeTimeout' });
    t.mock.timers.tick(25_000);
    await overdue;
  });

  it('hands an interruption on', () => {
    const interruption = new AbortController();
    const limit = startRunLimit({ seconds: 1, interruption: interruption.signal, onLimit: assert.fail });
    interruption.abort(new WacsError('Interrupted', 'by SIGINT'));
    assert.equal(limit.signal.reason.code, 'Interrupted');
    limit.stop();
  });

  it('does nothing once the run has ended', (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const limit = startRunLimit({ seconds: 1, interruption: new AbortController().signal, onLimit: assert.fail });
    limit.stop();
    t.mock.timers.tick(100_000);
    assert.equal(limit.signal.aborted, false);
  });
});
