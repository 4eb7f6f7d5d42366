import { optionRow } from './option-text.ts';
import type { OptionTable } from './options.ts';
import { definitionRows, wrapText } from './text-layout.ts';

const usage = `wacs gets TLS certificates from an ACME CA, puts them where the server uses
them, and renews them unattended through a scheduled task.

Usage: wacs COMMAND [OPTIONS]`;

const commandNames = [
  'source',
  'renew',
  'list',
  'check',
  'cancel',
  'revoke',
  'register',
  'rollover',
  'deactivateaccount',
  'setuptaskscheduler',
  'checktaskscheduler',
  'removetaskscheduler',
  'installto',
  'encrypt',
  'vaultstore',
  'vaultdelete',
  'selftest',
  'config',
  'settingsschema',
  'help',
  'version',
];

const frequentNames = [
  'validation',
  'csr',
  'store',
  'installation',
  'accepttos',
  'emailaddress',
  'id',
  'friendlyname',
  'force',
  'baseuri',
  'test',
  'verbose',
  'json',
];

const placesText =
  'Renewals, certificates, settings and log (log\\log-YYYYMMDD.txt) lie under %ProgramData%\\wacs, elsewhere than on ' +
  'Windows under $XDG_STATE_HOME/wacs or ~/.local/state/wacs; --configpath DIR puts them into DIR.';

const spellingText =
  'Names may begin with --, - or, on Windows, /, in upper or lower case. A value follows after a space, = or :, the items ' +
  'of a list with commas between. Put double quotes around a value with spaces, and write --NAME=VALUE when the value ' +
  'starts with a dash.';

const exitText =
  'Exit codes: 0 when done or when nothing was due, otherwise one positive code for each kind of failure; the list: ' +
  'wacs --help exitcodes';

const examples: readonly (readonly [string, string])[] = [
  [
    'A certificate for two names as PEM files, validated on port 80, renewed by the scheduled task from now on:',
    'wacs --source manual --host www.example.com,example.com\n     --store pemfiles --pemfilespath C:\\certs\n     --accepttos --emailaddress admin@example.com',
  ],
  [
    'Validated through the folder of a web server that runs already:',
    'wacs --source manual --host www.example.com\n     --validation filesystem --webroot C:\\inetpub\\wwwroot\n     --store pfxfile --pfxfilepath C:\\certs --accepttos',
  ],
  [
    'The same against the staging CA, whose limits are wide and whose certificates nobody trusts, without a task:',
    'wacs --test --source manual --host www.example.com\n     --store pemfiles --pemfilespath C:\\certs\n     --accepttos --notaskscheduler',
  ],
  [
    'A script after each renewal:',
    'wacs --source manual --host www.example.com\n     --store pfxfile --pfxfilepath C:\\certs\n     --installation script --script C:\\scripts\\reload.cmd\n     --scriptparameters "{CertThumbprint} {StorePath}" --accepttos',
  ],
  [
    'A password that stands neither in the script nor in the process list:',
    'wacs --vaultstore --vaultkey pfx --vaultsecret - < secret.txt\nwacs --source manual --host www.example.com\n     --store pfxfile --pfxfilepath C:\\certs\n     --pfxpassword vault://json/pfx --accepttos',
  ],
  ['Whatever is due, as the task does it; then one renewal at once:', 'wacs --renew\nwacs --renew --id ID --force'],
  [
    'The account at the CA: show it, give it a new key; revoke a certificate whose key is in wrong hands:',
    'wacs --register\nwacs --rollover\nwacs --revoke --id ID --reason keycompromise',
  ],
  ['In a batch file:', 'wacs --renew\nif errorlevel 1 echo renewal failed, see wacs --help exitcodes'],
];

/** The page of `--help`: commands, frequent options, one example, topics, places. */
export function overviewText(table: OptionTable, topics: readonly string[], columns: number): string {
  const [[, firstExample] = ['', '']] = examples;
  return [
    usage,
    `Commands\n${rows(table, commandNames, columns)}`,
    `Most used options\n${rows(table, frequentNames, columns)}`,
    `Example\n${indented(firstExample)}`,
    wrapText(spellingText, columns),
    wrapText(placesText, columns),
    wrapText(exitText, columns),
    wrapText(`More: wacs --help TOPIC; topics: ${topics.join(', ')}, or the name of an option or plugin.`, columns),
  ].join('\n\n');
}

/** The page of `--help examples`. */
export function examplesText(columns: number): string {
  const note = 'Each command is one line; it is broken here to fit.';
  const blocks = examples.map(([title, lines]) => `${wrapText(title, columns)}\n${indented(lines)}`);
  return [note, ...blocks].join('\n\n');
}

function rows(table: OptionTable, names: readonly string[], columns: number): string {
  const options = names.flatMap((name) => table.find(name)?.option ?? []);
  const described = options.map((option): [string, string] => {
    const [term, text] = optionRow(table, option);
    return [`  ${term}`, text.replace(option.description, firstClause)];
  });
  return definitionRows(described, { columns, indent: 26 });
}

/** The overview is for looking up names: details after a semicolon are left to the topics. */
function firstClause(description: string): string {
  return description.replace(/;.*$/, '');
}

function indented(lines: string): string {
  return lines.replace(/^/gm, '  ');
}
