/** What a run is asked to do; `none` when no command was given. */
export type Command =
  | 'create'
  | 'renew'
  | 'list'
  | 'cancel'
  | 'revoke'
  | 'register'
  | 'setuptaskscheduler'
  | 'removetaskscheduler'
  | 'check'
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
  ['setuptaskscheduler', 'setuptaskscheduler'],
  ['removetaskscheduler', 'removetaskscheduler'],
  ['check', 'check'],
  ['help', 'help'],
  ['version', 'version'],
]);

/** The option that starts a command, as typed, such as `--source` for `create`. */
export function optionOfCommand(command: Command): string {
  for (const [name, started] of commandOfOption) if (started === command) return `--${name}`;
  return `--${command}`;
}
