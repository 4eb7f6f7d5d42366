import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { redactArguments } from '../../src/cli/parse.ts';
import { parse, parseOnWindows, refusal, table } from './support.ts';

const create = ['--source', 'manual', '--host', 'a.example'];

const refused: readonly (readonly [readonly string[], RegExp])[] = [
  [['--rnew'], /unknown argument: --rnew \| did you mean --renew\?/],
  [['--hsot', 'a'], /unknown argument: --hsot \| did you mean --host\?/],
  [['--pfxpass=x'], /unknown argument: --pfxpass \| did you mean --pfxpassword\?/],
  [['--qqqqqqqqqq'], /unknown argument: --qqqqqqqqqq \| see wacs --help all/],
  [['--__proto__', 'x'], /unknown argument: --__proto__/],
  [['--constructor'], /unknown argument: --constructor/],
  [['--__proto__.polluted=1'], /unknown argument/],
  [['--a.b', 'x'], /unknown argument: --a\.b/],
  [['renew'], /unexpected word: "renew" \| did you mean --renew\?/],
  [['--renew', 'now please'], /unexpected word: "now please" \| put a value with spaces between double quotes/],
  [['--renew', '--', '--force'], /unexpected word: "--"/],
  [['---renew'], /unexpected word: "---renew"/],
  [['--renew', '--id'], /--id needs a value/],
  [['--renew', '--id='], /the value of --id is empty/],
  [['--source', 'manual', '--host', ''], /the value of --host is empty/],
  [['--source', 'manual', '--host= , '], /the value of --host is empty/],
  [['--renew', '--id', 'a', '--id', 'b'], /--id is given 2 times/],
  [['--source', 'manual', '--target', 'manual'], /--source is given 2 times/],
  [['--renew', '--force', '--force'], /--force is given 2 times/],
  [['--renew', '--list'], /--renew and --list cannot be combined/],
  [['--renew', ...create], /--renew and --source cannot be combined/],
  [['--renew', '--help'], /--renew and --help cannot be combined/],
  [['--renew', '--host', 'a'], /--host cannot be combined with --renew: .* \| use it with --source; .*--id/],
  [['--renew', '--validation', 'filesystem'], /--validation cannot be combined with --renew/],
  [['--host', 'a'], /--host needs --source/],
  [['--force'], /--force needs --source, --renew, --setuptaskscheduler, --installto, --register or/],
  [['--renew', '--reason', 'superseded'], /--reason cannot be combined with --renew \| use it with --revoke/],
  [['--list', '--detailedexitcode'], /--detailedexitcode cannot be combined with --list/],
  [['--version', '--host', 'a'], /--host cannot be combined with --version/],
  [['--cancel'], /--cancel needs --id or --friendlyname/],
  [['--revoke'], /--revoke needs --id or --friendlyname/],
  [['--revoke', '--id', 'x', '--reason', 'superceded'], /"superceded" \| did you mean --reason superseded\?/],
  [['--test', '--baseuri', 'https://ca.example', '--list'], /--test and --baseuri cannot be combined/],
  [['--list', '--baseuri', 'ca.example'], /--baseuri is not a web address/],
  [['--list', '--baseuri', 'ftp://ca.example/'], /--baseuri is not a web address/],
  [['--register', '--eab-key', 'x'], /--eab-key needs --eab-key-identifier/],
  [['--register', '--eab-key-identifier', 'x'], /--eab-key-identifier needs --eab-key/],
  [[...create, '--webroot', 'x'], /--webroot needs --validation filesystem; here --validation is selfhosting/],
  [
    [...create, '--pfxpassword', 'x'],
    /--pfxpassword needs --store pfxfile or --store centralssl; here --store is pemfiles/,
  ],
  [[...create, '--pkfile', 'x'], /--pkfile needs --source csr; here --source is manual/],
  [['--source', 'csr', '--pkfile', 'x'], /--pkfile needs --csrfile/],
  [
    [...create, '--validation', 'filesytem'],
    /unknown value for --validation: "filesytem" \| .*--validation filesystem/,
  ],
  [[...create, '--validation', 'zzzzzzzzz'], /"zzzzzzzzz" \| known: selfhosting, filesystem/],
  [
    ['--source', 'iis', '--siteid', '1'],
    /unknown argument: --siteid \| win-acme takes it with --source iis, .*--source manual/,
  ],
  [['--source', 'iis'], /"iis" \| win-acme has --source iis, wacs has not: .*--source manual --host \(known: manual/],
  [[...create, '--validation', 'Hetzner'], /"Hetzner" \| win-acme has --validation hetzner, .*--validation script/],
  [[...create, '--hetznerapitoken', 'x'], /--hetznerapitoken \| win-acme takes it with .*--validation script/],
  [[...create, '--validation', 'filesystem', '--validationsiteid', '1'], /--validationsiteid \| .* by --webroot/],
  [[...create, '--installation', 'iis'], /win-acme has --installation iis, .*--store centralssl/],
  [[...create, '--store', 'keyvault'], /win-acme has --store keyvault, .*--installation script/],
  [['--import'], /unknown argument: --import \| win-acme takes it with renewals of version 1\.9, .*--source/],
  [[...create, '--store', 'pemfiles,pfxfiles'], /unknown value for --store: "pfxfiles" \| .*--store pfxfile/],
  [[...create, '--store', 'none,pemfiles'], /--store none and --store pemfiles cannot be combined/],
  [[...create, '--installation', 'script', '--installation', 'none'], /--installation none and --installation script/],
  [[...create, '--validationport', '65536'], /"65536" \| give a whole number from 1 to 65535/],
];

describe('parseArguments: refusals', () => {
  for (const [argv, expected] of refused) {
    it(`refuses ${argv.join(' ')}`, () =>
      assert.match(
        refusal(() => parse(...argv)),
        expected,
      ));
  }

  it('accepts an option that one of several plugins owns', () => {
    const parsed = parse(...create, '--store', 'pemfiles,centralssl', '--pfxpassword', 'x');
    assert.equal(parsed.values.text('pfxpassword'), 'x');
    assert.equal(parse(...create, '--csr', 'ec', '--reuse-privatekey').values.flag('reuse-privatekey'), true);
  });

  it('applies the needs of the chosen plugin only', () => {
    assert.equal(parse('--source', 'csr', '--csrfile', 'f', '--pkfile', 'k').values.text('pkfile'), 'k');
  });

  it('leaves prototypes alone', () => {
    for (const name of ['__proto__', 'constructor', 'constructor.prototype', '__proto__.x', 'tostring']) {
      refusal(() => parse(`--${name}=polluted`));
      refusal(() => parse(`--${name}`, 'polluted'));
    }
    assert.equal('polluted' in {}, false);
    assert.equal(Reflect.get({}, 'x'), undefined);
  });

  it('keeps messages printable and short', () => {
    const text = refusal(() => parse('--renew', `\u001b[31m${'x'.repeat(500)}\r\nforged line`));
    assert.match(text, /^[\x20-\x7e]+$/);
    assert.ok(text.length < 200, text);
    assert.ok(refusal(() => parse(`--${'x'.repeat(5000)}`)).length < 200);
  });
});

describe('secrets', () => {
  const secret = 'hunter2';
  const lines: readonly (readonly string[])[] = [
    [...create, '--store', 'pfxfile', '--pfxpassword', secret, 'x'],
    [...create, '--store', 'pfxfile', '--pfxpassword', 'x', secret],
    [...create, '--store', 'pfxfile', '--pfxpassword', 'a', 'b', secret],
    [...create, '--store', 'pfxfile', '--pfxpassword', `--${secret}`],
    [...create, '--store', 'pfxfile', '--pfxpasword', secret],
    [...create, '--store', 'pfxfile', `--pfxpasword=${secret}`],
    [...create, '--store', 'pfxfile', `--pfxpassword ${secret}`],
    [...create, '--store', 'pfxfile', `-pfxpassword:${secret}`, `--pfxpassword=${secret}`],
    [...create, `--pfxpassword=${secret}`],
    ['--list', '--baseuri', `https://user:${secret}@ca.example/`],
  ];
  for (const argv of lines) {
    it(`are in no error: ${argv.slice(4).join(' ') || argv.join(' ')}`, () => {
      assert.doesNotMatch(
        refusal(() => parse(...argv)),
        new RegExp(secret),
      );
    });
  }
  for (const argv of lines.slice(0, -1)) {
    it(`are in no logged command line: ${argv.slice(4).join(' ')}`, () => {
      assert.doesNotMatch(redactArguments(argv, table, { slashPrefix: false }), new RegExp(secret));
    });
  }

  it('are masked in the command line of an accepted run', () => {
    const parsed = parseOnWindows(
      '/source',
      'manual',
      '-host=a,b',
      '/store',
      'pfxfile',
      '/pfxpassword',
      secret,
      '--json',
    );
    assert.equal(parsed.commandLine, 'wacs --source manual --host a,b --store pfxfile --pfxpassword *** --json');
    assert.equal(parsed.values.text('pfxpassword'), secret);
  });

  it('leave other values readable, on one line', () => {
    const parsed = parse('--renew', '--friendlyname', 'my "own"\nsite', '--force=false');
    assert.equal(parsed.commandLine, 'wacs --renew --friendlyname "my \\"own\\"?site" --force false');
  });
});
