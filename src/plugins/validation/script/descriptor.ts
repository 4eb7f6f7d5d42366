import { type DnsProvider, nameInZone, type TxtRecord } from '../../../core/dns.ts';
import { displayName, type Identifier } from '../../../core/identifier.ts';
import type { ChallengeTask, PluginServices, ValidationDescriptor, ValidationPlugin } from '../../../core/plugin.ts';
import type { LookUp } from '../../script-parameters.ts';
import { createDnsValidation } from '../dns-validation.ts';
import { challengePath } from '../http-challenge.ts';
import { httpRefusal } from '../http-refusal.ts';
import { readScripts, scriptChallengeTypes, scriptOptions, storedScripts } from './options.ts';
import { createScriptSteps, type ScriptSteps } from './steps.ts';
import { oneAfterTheOther } from './turns.ts';

/** Validation `script`: dns-01 and http-01 by programs of the administrator. */
export const scriptValidation: ValidationDescriptor = {
  name: 'script',
  challengeTypes: scriptChallengeTypes,
  description: 'dns-01 and http-01 by a script or program that puts the challenge in place and removes it',
  options: scriptOptions,
  fromArguments: storedScripts,
  create(options, services) {
    const choice = readScripts(options);
    const steps = createScriptSteps(choice, services);
    const plugin =
      choice.challengeType === 'http-01'
        ? httpByScript(steps, services)
        : createDnsValidation(dnsByScript(steps, services), services);
    if (choice.challengesSideBySide) return plugin;
    const { signal } = services;
    const key = `challenge by script ${choice.prepare.script}`;
    return oneAfterTheOther(plugin, { key, fromPrepare: !choice.scriptsSideBySide, signal });
  },
};

/** A DNS service behind scripts. */
function dnsByScript(steps: ScriptSteps, { dns, log }: PluginServices): DnsProvider {
  // After an interruption the DNS is not asked any more.
  const zones = new Map<string, string>();
  const valuesOf = async ({ name, value }: TxtRecord, identifier: Identifier): Promise<LookUp> => {
    const zone = zones.get(name) ?? (steps.uses('ZoneName', 'NodeName') ? await dns.findZone(name) : '');
    zones.set(name, zone);
    return valuesIn({
      Identifier: baseName(identifier),
      RecordName: name,
      ZoneName: zone,
      NodeName: nameInZone(name, zone),
      Token: value,
    });
  };
  return {
    createTxt: async (record, identifier) => steps.prepare(await valuesOf(record, identifier)),
    async deleteTxt(record, identifier) {
      if (await steps.cleanUp(await valuesOf(record, identifier))) return;
      log.info(`${displayName(identifier)}: the TXT record ${record.name} stays, for there is no script to clean up`);
    },
  };
}

function httpByScript(steps: ScriptSteps, { log }: PluginServices): ValidationPlugin {
  const begun = new Set<string>();
  const valuesOf = ({ identifier, token, keyAuthorization }: ChallengeTask): LookUp =>
    valuesIn({
      Identifier: identifier.value,
      Path: challengePath(token),
      FileName: token,
      Token: keyAuthorization,
    });
  return {
    challengeType: 'http-01',
    refusal: httpRefusal,
    async prepare(task) {
      const values = valuesOf(task);
      begun.add(task.token);
      await steps.prepare(values);
    },
    async cleanUp(task) {
      if (!begun.delete(task.token) || (await steps.cleanUp(valuesOf(task)))) return;
      log.info(
        `${displayName(task.identifier)}: ${challengePath(task.token)} stays, for there is no script to clean up`,
      );
    },
  };
}

/** The name that is validated; win-acme gives scripts a wildcard's without the asterisk, too. */
function baseName({ value }: Identifier): string {
  return value.replace(/^\*\./, '');
}

function valuesIn(values: Readonly<Record<string, string>>): LookUp {
  return (name) => (Object.hasOwn(values, name) ? values[name] : undefined);
}
