import * as v from 'valibot';
import { optionalSetting, plainText, setting } from './values.ts';

const json = v.object({
  FilePath: optionalSetting(plainText, 'file of the vault vault://json', {
    scope: 'all',
    defaultText: 'secrets.json in the state folder',
  }),
});

const script = v.object({
  Get: optionalSetting(plainText, 'script or program that prints the secrets of vault://script'),
  GetArguments: setting(plainText, '-key {key}', 'its arguments; {key} stands for the key'),
});

/** Settings `Secrets`: the vaults. */
export const secretsSettings = v.object({ Json: v.optional(json, {}), Script: v.optional(script, {}) });
