import { randomBytes } from 'node:crypto';
import { WacsError } from '../../core/errors.ts';
import { type SelfTestItem, SkippedItem } from '../../core/self-test.ts';
import { createEventLog } from './event-log.ts';
import { tryOwnMutex } from './mutex.ts';
import { runsAsSystem } from './own-account.ts';
import { isElevated } from './token.ts';

/** The rights that setting up and renewing need. */
export const elevationItem: SelfTestItem = {
  name: 'rights of this process',
  async run() {
    if (runsAsSystem()) return 'it runs as SYSTEM, as the scheduled task does';
    if (isElevated()) return 'it runs as an administrator, elevated';
    throw new WacsError('AccessDenied', 'this prompt is not elevated', {
      hint: 'Run wacs --selftest from a prompt opened with "Run as administrator".',
    });
  },
};

/** An event arrives in the log Application. */
export function eventLogItem(id: number): SelfTestItem {
  return {
    name: 'event log',
    async run() {
      let unregistered: unknown;
      const log = createEventLog((error) => {
        unregistered = error;
      });
      log.write([{ type: 'information', id, text: 'wacs --selftest was here' }]);
      if (unregistered !== undefined) throw unregistered;
      return `an event ${id} of source wacs is in the log Application`;
    },
  };
}

/** A mutex of the whole machine can be had; whether it excludes other sessions, a second prompt would show. */
export const singleInstanceItem: SelfTestItem = {
  name: 'one run at a time',
  async run() {
    const mutex = tryOwnMutex(`Global\\wacs-selftest-${randomBytes(8).toString('hex')}`);
    if (mutex === undefined) throw new SkippedItem('a mutex for all sessions needs SeCreateGlobalPrivilege');
    mutex.release();
    return 'a mutex for all sessions was taken and released';
  },
};
