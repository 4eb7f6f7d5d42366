import type { OptionDefinition } from '../core/option.ts';
import type { Command } from './command.ts';

/** ACME directory used without `--baseuri`: Let's Encrypt. */
export const defaultBaseUri = 'https://acme-v02.api.letsencrypt.org/';

/** ACME directory used with `--test`: Let's Encrypt's staging service. */
export const stagingBaseUri = 'https://acme-staging-v02.api.letsencrypt.org/';

/** An option of the program itself, beside those of the plugins. */
export interface MainOption extends OptionDefinition {
  /** Commands it may be combined with; all when absent. */
  readonly commands?: readonly Command[];
  /** The value may be left out, as in `--help` and `--help TOPIC`. */
  readonly optionalValue?: boolean;
}

const create: readonly Command[] = ['create'];
const withAccount: readonly Command[] = ['create', 'register'];
const selecting: readonly Command[] = ['create', 'renew', 'list', 'cancel', 'revoke'];
const ordering: readonly Command[] = ['create', 'renew'];

const aboutAccount: readonly Command[] = ['register', 'rollover', 'deactivateaccount'];
const usingAuthority: readonly Command[] = ['create', 'renew', 'revoke', ...aboutAccount];

const commandOptions: readonly MainOption[] = [
  { ...flag('renew', 'main', 'renew whatever is due; the scheduled task runs this'), command: true },
  { ...flag('list', 'main', 'list the renewals, their certificates and when each is due'), command: true },
  {
    ...flag('cancel', 'main', 'remove the selected renewals; certificates in use stay where they are'),
    command: true,
    needs: ['id', 'friendlyname'],
  },
  {
    ...flag('revoke', 'main', 'revoke the latest certificate of the selected renewals'),
    command: true,
    needs: ['id', 'friendlyname'],
  },
  {
    ...flag('register', 'main', 'create the account at the CA, or show it and bring its contact and terms up to date'),
    command: true,
  },
  { ...flag('rollover', 'account', 'give the account a new key'), command: true },
  { ...flag('deactivateaccount', 'account', 'end the account at the CA for good'), command: true },
  { ...flag('setuptaskscheduler', 'task', 'create or repair the scheduled task'), command: true },
  { ...flag('checktaskscheduler', 'task', 'say whether the scheduled task is as it should be'), command: true },
  { ...flag('removetaskscheduler', 'task', 'remove the scheduled task'), command: true },
  {
    ...text(
      'installto',
      'task',
      'DIR',
      'copy this program into DIR, close DIR to users, and register the task there; DIR may be left out: %ProgramFiles%\\wacs',
    ),
    command: true,
    optionalValue: true,
  },
  {
    ...flag(
      'check',
      'check',
      'say in one line how the renewals are; exit code 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN (also for wrong arguments), not the codes of the other commands; needs no network, no lock and no elevated prompt',
    ),
    command: true,
  },
  {
    ...flag(
      'encrypt',
      'secrets',
      'rewrite all stored secrets of all CAs as the setting Security.EncryptConfig wants them; needed before moving to another machine',
    ),
    command: true,
  },
  {
    ...flag('vaultstore', 'secrets', 'put a secret into the vault, for others to refer to as vault://json/KEY'),
    command: true,
    needs: ['vaultkey'],
  },
  { ...flag('vaultdelete', 'secrets', 'take a secret out of the vault'), command: true, needs: ['vaultkey'] },
  {
    ...flag('selftest', 'main', 'try on this system what renewals need of it, without a CA; nothing of it stays'),
    command: true,
  },
  { ...flag('config', 'main', 'show where everything is, as JSON'), command: true },
  { ...flag('settingsschema', 'main', 'print the JSON schema of settings.json'), command: true },
  {
    ...text('help', 'main', 'TOPIC', 'show the overview, or one topic of it'),
    command: true,
    optionalValue: true,
    aliases: ['h', '?'],
  },
  { ...flag('version', 'main', 'show the version'), command: true },
];

const mainOptions: readonly MainOption[] = [
  {
    ...text('baseuri', 'main', 'URI', 'ACME directory of the CA, or the address it lies under'),
    default: defaultBaseUri,
  },
  { ...flag('test', 'main', `use the staging CA ${stagingBaseUri}`), excludes: ['baseuri'] },
  {
    ...text('id', 'main', 'ID', 'id of the renewal to create or select; selecting, * and ? and a comma list work'),
    commands: selecting,
  },
  {
    ...text('friendlyname', 'main', 'NAME', 'name to give or to select by; selecting, * and ? and a comma list work'),
    commands: selecting,
  },
  {
    ...flag(
      'force',
      'main',
      'act although nothing is due; with --setuptaskscheduler and --installto, reset what was changed in the task, replace one that is not ours, and do so although the path is unsafe; with --register, set aside an account that the CA refuses; with --deactivateaccount, although renewals use it',
    ),
    commands: ['create', 'renew', 'setuptaskscheduler', 'installto', 'register', 'deactivateaccount'],
  },
  { ...flag('nocache', 'main', 'order anew instead of reusing a certificate issued recently'), commands: ordering },
  {
    ...text('reason', 'main', 'REASON', 'why the certificate is revoked'),
    values: [
      'unspecified',
      'keycompromise',
      'affiliationchanged',
      'superseded',
      'cessationofoperation',
      'privilegewithdrawn',
    ],
    default: 'unspecified',
    commands: ['revoke'],
  },
  { ...text('profile', 'main', 'NAME', 'certificate profile of the CA'), commands: create },
  {
    ...text('preferredissuer', 'main', 'NAME', 'take the chain that ends at this issuer, if offered'),
    commands: create,
  },
  text('configpath', 'main', 'DIR', 'folder for settings, renewals, certificates and logs'),
  text('cafile', 'main', 'PEM', 'file with further roots to trust for the connection to the CA itself'),
  {
    ...integer('waitforlock', 'main', 'SECONDS', 'how long to wait for another run to end'),
    range: [0, 86_400],
    default: '300',
  },
  {
    ...integer(
      'waitfornetwork',
      'main',
      'SECONDS',
      'wait until the CA answers, as at boot before the network is up; then go on, or end with 41',
    ),
    range: [0, 3600],
    commands: usingAuthority,
  },
  {
    ...integer(
      'timelimit',
      'main',
      'SECONDS',
      "end the run after this time, waits included; default: 540, with --validation manual 3600, with --renew 11/12 of the task's own limit",
    ),
    range: [1, 86_400],
  },
  obsolete('closeonfinish'),
  obsolete('hidehttps'),
];

const familyOptions: readonly MainOption[] = [
  {
    ...text('source', 'source', 'PLUGIN', 'create or update a renewal, with host names from PLUGIN'),
    aliases: ['target'],
  },
  { ...text('order', 'order', 'PLUGIN', 'how the names are spread over certificates'), default: 'single' },
  { ...text('validation', 'validation', 'PLUGIN', 'how control of the names is proven'), default: 'selfhosting' },
  {
    ...text(
      'validationmode',
      'validation',
      'MODE',
      'challenge type of the validation (default: the first of the plugin)',
    ),
    values: ['http-01', 'dns-01', 'tls-alpn-01', 'dns-persist-01'],
  },
  { ...text('csr', 'csr', 'PLUGIN', 'kind of private key'), default: 'rsa' },
  {
    ...list('store', 'store', 'PLUGINS', 'where the certificate is kept'),
    default: 'pemfiles',
    windowsDefault: 'certificatestore',
  },
  { ...list('installation', 'installation', 'PLUGINS', 'what puts it to use'), default: 'none' },
].map((option): MainOption => (option.name === 'source' ? option : { ...option, commands: create }));

const accountOptions: readonly MainOption[] = [
  {
    ...flag('accepttos', 'account', "agree to the CA's terms of service"),
    commands: ['create', 'register', 'renew'],
  },
  {
    ...list('emailaddress', 'account', 'ADDRESS', 'contact for the CA, or several; none takes it away'),
    commands: withAccount,
  },
  {
    ...text('account', 'account', 'NAME', 'which account, where there are several at one CA; a renewal remembers it'),
    commands: ['create', ...aboutAccount],
  },
  {
    ...text(
      'accountkey',
      'account',
      'PEM',
      'file with the private key of an account, such as a backup of one that was lost',
    ),
    commands: ['register'],
  },
  {
    ...text('eab-key-identifier', 'account', 'ID', 'key identifier for external account binding'),
    needs: ['eab-key'],
    commands: withAccount,
  },
  {
    ...text('eab-key', 'account', 'KEY', 'key for external account binding, base64url'),
    secret: true,
    needs: ['eab-key-identifier'],
    commands: withAccount,
  },
  {
    ...text('eab-algorithm', 'account', 'NAME', 'algorithm for external account binding'),
    values: ['hs256', 'hs384', 'hs512'],
    default: 'hs256',
    needs: ['eab-key-identifier'],
    commands: withAccount,
  },
];

const secretOptions: readonly MainOption[] = [
  {
    ...text('vaultkey', 'secrets', 'KEY', 'key of the secret, by itself or as vault://json/KEY'),
    commands: ['vaultstore', 'vaultdelete'],
  },
  {
    ...text(
      'vaultsecret',
      'secrets',
      'SECRET',
      'the secret; - reads it from the first line of standard input, which keeps it out of the process list',
    ),
    secret: true,
    commands: ['vaultstore'],
  },
];

const taskAndOutputOptions: readonly MainOption[] = [
  {
    ...flag('notaskscheduler', 'task', 'leave the scheduled task alone'),
    commands: [...ordering, 'check', 'installto'],
  },
  obsolete('usedefaulttaskuser', 'task'),
  flag('verbose', 'output', 'show more of what is done'),
  flag('json', 'output', 'write the report of the run to standard output, all else to standard error'),
  {
    ...flag('detailedexitcode', 'output', 'exit with 15 instead of 0 when nothing was due'),
    commands: ['renew'],
  },
];

const checkOptions: readonly MainOption[] = [
  {
    ...integer('warning', 'check', 'DAYS', 'WARNING under so many days left; default: a quarter of the lifetime'),
    range: [0, 3650],
    commands: ['check'],
  },
  {
    ...integer('critical', 'check', 'DAYS', 'CRITICAL under so many days left; default: a tenth of the lifetime'),
    range: [0, 3650],
    commands: ['check'],
  },
  {
    ...text(
      'format',
      'check',
      'FORMAT',
      'nagios: one line with performance data; prometheus: for a textfile collector',
    ),
    values: ['nagios', 'json', 'prometheus'],
    default: 'nagios',
    commands: ['check'],
  },
  {
    ...text('output', 'check', 'FILE', 'put --format into this file, replaced as a whole, and show the one line'),
    commands: ['check'],
  },
];

/** Every option that belongs to no plugin, in the order of the help. */
export const programOptions: readonly MainOption[] = [
  ...commandOptions,
  ...mainOptions,
  ...familyOptions,
  ...accountOptions,
  ...secretOptions,
  ...taskAndOutputOptions,
  ...checkOptions,
];

type Group = OptionDefinition['group'];

function flag(name: string, group: Group, description: string): MainOption {
  return { name, type: 'flag', group, description };
}

function text(name: string, group: Group, valueName: string, description: string): MainOption {
  return { name, type: 'text', group, valueName, description };
}

function list(name: string, group: Group, valueName: string, description: string): MainOption {
  return { name, type: 'list', group, valueName, description };
}

function integer(name: string, group: Group, valueName: string, description: string): MainOption {
  return { name, type: 'integer', group, valueName, description };
}

/** win-acme knew it; batch files still give it, and nothing is left for it to do. */
function obsolete(name: string, group: Group = 'main'): MainOption {
  return { name, type: 'flag', group, description: 'kept for win-acme; has no effect', obsolete: true };
}
