import assert from 'node:assert/strict';
import type { FaultBench, FaultRun } from '../support/fault-ca.ts';

export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;

/** A window relative to now. */
export function window(fromMs: number, toMs: number): { start: Date; end: Date } {
  return { start: new Date(Date.now() + fromMs), end: new Date(Date.now() + toMs) };
}

type Moment = 'askAgainAt' | 'windowStart' | 'windowEnd' | 'selectedMoment';

/** A moment of the renewal's file as a number. */
export function moment(bench: FaultBench, name: Moment): number {
  const text = bench.readRenewal().state.renewalInfo?.[name];
  assert.ok(text !== undefined, `the renewal has no ${name}`);
  return Date.parse(text);
}

/** Changes a moment in the renewal's file. */
export function setMoment(bench: FaultBench, name: Moment, time: number): void {
  bench.editRenewal((state) => {
    state.renewalInfo = { ...state.renewalInfo, [name]: new Date(time).toISOString() };
  });
}

/** Changes the CA's window for a certificate that is in use, and lets the time of the next question come. */
export function changeWindow(bench: FaultBench, to: Parameters<FaultBench['fake']['setWindow']>[0]): void {
  bench.fake.setWindow(to);
  setMoment(bench, 'askAgainAt', Date.now() - 1);
}

/** A run after the time of the next question has come. */
export function askAgain(bench: FaultBench): Promise<FaultRun> {
  setMoment(bench, 'askAgainAt', Date.now() - 1);
  return bench.renew();
}

/** Moves the certificate's life so that a day is left of it. */
export function makeOld(bench: FaultBench): void {
  bench.editRenewal(({ certificate }) => {
    Object.assign(certificate ?? {}, {
      notBefore: new Date(Date.now() - 89 * day).toISOString(),
      notAfter: new Date(Date.now() + day).toISOString(),
    });
  });
}
