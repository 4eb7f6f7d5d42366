import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { repetitionFor } from '../../src/core/cadence.ts';
import type { LoadedRenewal } from '../../src/core/stores.ts';

const plugin = { plugin: 'x' };

function living(days: number): LoadedRenewal {
  const notBefore = new Date('2026-01-01T00:00:00Z');
  const notAfter = new Date(notBefore.getTime() + days * 86_400_000);
  const certificate = { thumbprint: '', identifiers: [], notBefore, notAfter, planKey: '', deployed: true };
  const plan = { source: plugin, validation: plugin, order: plugin, csr: plugin, store: [], installation: [] };
  return { kind: 'renewal', renewal: { id: 'a', friendlyName: 'a', plan, state: { certificate }, history: [] } };
}

const unreadable: LoadedRenewal = { kind: 'unreadable', id: 'b', error: new Error('damaged') };

suite('cadence of the task', () => {
  test('is once a day for the usual lifetimes, and without certificates', () => {
    assert.equal(repetitionFor([]), undefined);
    assert.equal(repetitionFor([unreadable]), undefined);
    assert.equal(repetitionFor([living(90), living(47), living(10)]), undefined);
  });

  test('is every 6 hours as soon as one certificate lives under 10 days', () => {
    assert.equal(repetitionFor([living(90), unreadable, living(6)]), 21_600);
    assert.equal(repetitionFor([living(9.99)]), 21_600);
  });
});
