import type { DnsProvider, TxtRecord } from '../../../core/dns.ts';
import { WacsError } from '../../../core/errors.ts';
import { displayName, type Identifier } from '../../../core/identifier.ts';
import type { PluginServices, ValidationDescriptor, ValidationPlugin } from '../../../core/plugin.ts';
import type { Log } from '../../../core/ports.ts';
import { challengeTypeField, storedChallengeType } from '../challenge-type.ts';
import { createDnsValidation } from '../dns-validation.ts';
import { challengePath, challengeUrl } from '../http-challenge.ts';
import { httpRefusal } from '../http-refusal.ts';
import { type ManualLimits, waitForContent } from './wait-for-content.ts';

const challengeTypes = ['dns-01', 'http-01'] as const;

/** Half an hour: somebody has to log in at the DNS service first. */
const usualLimits: ManualLimits = { limitMs: 30 * 60_000, firstPauseMs: 1_000, longestPauseMs: 10_000 };

/** Validation `manual`: dns-01 and http-01 by the person at the terminal. */
export const manualValidation = createManualValidation(usualLimits);

/** The plugin with other limits. */
export function createManualValidation(limits: ManualLimits): ValidationDescriptor {
  return {
    name: 'manual',
    challengeTypes,
    description: 'dns-01 and http-01 by hand: wacs shows what to put where, and waits for it; never unattended',
    options: [],
    fromArguments: (values) => ({ plugin: 'manual', ...challengeTypeField(values) }),
    create(options, services) {
      const type = storedChallengeType(options, challengeTypes);
      if (!services.interactive) throw nobodyThere();
      return type === 'http-01'
        ? httpByHand(limits, services)
        : createDnsValidation(dnsByHand(limits, services), services, limits.limitMs);
    },
  };
}

function nobodyThere(): WacsError {
  return new WacsError('InputRequired', '--validation manual needs somebody at the terminal, and there is nobody', {
    hint: 'Run the command that created the renewal in a terminal; to renew unattended, create it again with the same --id and another --validation.',
  });
}

function dnsByHand({ limitMs }: ManualLimits, { log }: PluginServices): DnsProvider {
  return {
    async createTxt({ name, value }: TxtRecord, identifier: Identifier) {
      show(log, `${displayName(identifier)}: make this DNS record, and leave others of the name as they are`, {
        type: 'TXT',
        name,
        value: `"${value}" (one pair of quotes; some services add it themselves)`,
      });
      log.info(`wacs goes on as soon as the name servers show it, within ${minutes(limitMs)}; Ctrl+C gives up`);
    },
    async deleteTxt({ name, value }: TxtRecord, identifier: Identifier) {
      log.info(`${displayName(identifier)}: the TXT record ${name} "${value}" can be removed now`);
    },
  };
}

function httpByHand(limits: ManualLimits, services: PluginServices): ValidationPlugin {
  const { log } = services;
  const shown = new Set<string>();
  return {
    challengeType: 'http-01',
    refusal: httpRefusal,
    async prepare(task) {
      const url = challengeUrl(task);
      shown.add(task.token);
      show(log, `${displayName(task.identifier)}: make this file on the web site`, {
        path: challengePath(task.token),
        content: task.keyAuthorization,
        address: url,
      });
      log.info(`wacs goes on as soon as the web site answers so, within ${minutes(limits.limitMs)}; Ctrl+C gives up`);
      await waitForContent(url, task.keyAuthorization, limits, services);
    },
    async cleanUp({ identifier, token }) {
      if (shown.delete(token))
        log.info(`${displayName(identifier)}: the file ${challengePath(token)} can be removed now`);
    },
  };
}

/** All at once, so that blocks of challenges side by side stay whole. */
function show(log: Log, heading: string, fields: Readonly<Record<string, string>>): void {
  log.info(heading);
  for (const [name, value] of Object.entries(fields)) log.info(`    ${`${name}:`.padEnd(9)}${value}`);
}

function minutes(milliseconds: number): string {
  return `${Math.ceil(milliseconds / 60_000)} minutes`;
}
