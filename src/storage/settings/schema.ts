import * as v from 'valibot';
import { acmeSettings } from './acme.ts';
import { cacheSettings } from './cache.ts';
import { installationSettings, orderSettings } from './choices.ts';
import { csrSettings } from './csr.ts';
import { executionSettings } from './execution.ts';
import { proxySettings } from './proxy.ts';
import { scheduledTaskSettings } from './scheduled-task.ts';
import { scriptSettings } from './script.ts';
import { secretsSettings } from './secrets.ts';
import { securitySettings } from './security.ts';
import { storeSettings } from './store.ts';
import { validationSettings } from './validation.ts';

/** All settings. Each section is a file of its own in this folder; a section or key may be left out. */
export const settingsSchema = v.object({
  Acme: v.optional(acmeSettings, {}),
  Proxy: v.optional(proxySettings, {}),
  Execution: v.optional(executionSettings, {}),
  ScheduledTask: v.optional(scheduledTaskSettings, {}),
  Csr: v.optional(csrSettings, {}),
  Script: v.optional(scriptSettings, {}),
  Security: v.optional(securitySettings, {}),
  Secrets: v.optional(secretsSettings, {}),
  Validation: v.optional(validationSettings, {}),
  Order: v.optional(orderSettings, {}),
  Cache: v.optional(cacheSettings, {}),
  Store: v.optional(storeSettings, {}),
  Installation: v.optional(installationSettings, {}),
});

/** Settings with defaults filled in; times in seconds unless a name says otherwise. */
export type Settings = v.InferOutput<typeof settingsSchema>;
