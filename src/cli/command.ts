/** What a run is asked to do; `none` when no command was given. */
export type Command =
  | 'create'
  | 'renew'
  | 'list'
  | 'cancel'
  | 'revoke'
  | 'register'
  | 'rollover'
  | 'deactivateaccount'
  | 'setuptaskscheduler'
  | 'checktaskscheduler'
  | 'removetaskscheduler'
  | 'installto'
  | 'check'
  | 'encrypt'
  | 'vaultstore'
  | 'vaultdelete'
  | 'config'
  | 'selftest'
  | 'settingsschema'
  | 'help'
  | 'version'
  | 'none';

/** The command each option starts; `--source` is no flag, but giving it asks for a certificate. */
export const commandOfOption: ReadonlyMap<string, Command> = new Map<string, Command>([
  ['source', 'create'],
  ['renew', 'renew'],
  ['list', 'list'],
  ['cancel', 'cancel'],
  ['revoke', 'revoke'],
  ['register', 'register'],
  ['rollover', 'rollover'],
  ['deactivateaccount', 'deactivateaccount'],
  ['setuptaskscheduler', 'setuptaskscheduler'],
  ['checktaskscheduler', 'checktaskscheduler'],
  ['removetaskscheduler', 'removetaskscheduler'],
  ['installto', 'installto'],
  ['check', 'check'],
  ['encrypt', 'encrypt'],
  ['vaultstore', 'vaultstore'],
  ['vaultdelete', 'vaultdelete'],
  ['config', 'config'],
  ['selftest', 'selftest'],
  ['settingsschema', 'settingsschema'],
  ['help', 'help'],
  ['version', 'version'],
]);

/** Commands that leave nothing changed: they need no lock, and their report does not replace that of the last run. */
export const readOnlyCommands: ReadonlySet<Command> = new Set<Command>([
  'list',
  'checktaskscheduler',
  'config',
  'selftest',
]);

/** Commands that may run beside another one: installing leaves the state of the renewals alone. */
export const unlockedCommands: ReadonlySet<Command> = new Set<Command>([...readOnlyCommands, 'installto']);

/** The option that starts a command, as typed, such as `--source` for `create`. */
export function optionOfCommand(command: Command): string {
  for (const [name, started] of commandOfOption) if (started === command) return `--${name}`;
  return `--${command}`;
}
