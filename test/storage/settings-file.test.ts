import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WacsError } from '../../src/core/errors.ts';
import { parseNestedSettings, parseSettingsFile, type SettingsLayer } from '../../src/storage/settings/layer.ts';
import { mergeSettings } from '../../src/storage/settings.ts';
import { failureOf } from '../support/wacs-error.ts';

const path = '/state/settings.json';
const parse = (text: string): Promise<SettingsLayer> => parseSettingsFile(path, text, 'all');
const refuse = (text: string): Promise<WacsError> => failureOf(parse(text), 'ConfigurationError');
const notesOf = async (text: string, level: 'warning' | 'verbose' = 'warning'): Promise<string[]> =>
  (await parse(text)).notes.filter((note) => note.level === level).map(({ message }) => message);

test('comments of both kinds and trailing commas are read', async () => {
  const { values, notes } = await parse(`{
  // why
  "Acme": { /* it is slow
  there */ "RequestTimeout": 60, },
  "Proxy": { "Url": "http://proxy.example.com:8080" /* not // a comment */, },
}`);
  assert.deepEqual(values, { Acme: { RequestTimeout: 60 }, Proxy: { Url: 'http://proxy.example.com:8080' } });
  assert.deepEqual(notes, []);
});

test('names know no upper and lower case', async () => {
  const { values, notes } = await parse('{ "CSR": { "rsa": { "keybits": 4096 } }, "script": { "TIMEOUT": 5 } }');
  assert.deepEqual(values, { Csr: { Rsa: { KeyBits: 4096 } }, Script: { Timeout: 5 } });
  assert.deepEqual(notes, []);
});

test('null means that a key is not set, in a section too', async () => {
  assert.deepEqual((await parse('{ "Acme": null, "Script": { "Timeout": null } }')).values, {});
});

test('schema, version and a byte order mark are no settings', async () => {
  const { values, notes } = await parse('{ "$schema": "https://x.test/s.json", "schemaVersion": 1 }');
  assert.deepEqual([values, notes], [{}, []]);
  assert.match((await refuse('{ "schemaVersion": 2 }')).message, /line 1, "schemaVersion" must be 1/);
});

test('every problem is told with its line and key, in the order of the file', async () => {
  const failure = await refuse(`{
  "Script": { "Timeout": "600" },
  // comment
  "acme": {
    "defaultbaseuri": "letsencrypt",
    "RequestAttempts": 1.5
  },
  "Csr": { "Rsa": { "KeyBits": 1024 }, "Ec": [] },
  "Execution": { "MaxConcurrency": 0 }
}`);
  assert.equal(failure.message, `cannot use ${path}: it has 6 problems`);
  assert.deepEqual(
    failure.details.failures?.map(({ message }) => message),
    [
      'line 2, "Script.Timeout" must be a number, not text',
      'line 5, "acme.defaultbaseuri" must be a web address, such as https://ca.example.com/directory',
      'line 6, "acme.RequestAttempts" must be a whole number from 1 to 20',
      'line 8, "Csr.Ec" must be a section in braces',
      'line 8, "Csr.Rsa.KeyBits" must be one of 2048, 3072, 4096',
      'line 9, "Execution.MaxConcurrency" must be at least 1',
    ],
  );
  assert.match(failure.hint ?? '', /--settingsschema/);
});

test('a single problem stands in the message', async () => {
  const failure = await refuse('{\n "Proxy": {\n  "UserName": 5 } }');
  assert.equal(failure.message, `cannot use ${path}: line 3, "Proxy.UserName" must be text in quotes, not a number`);
});

const faults: [string, string, RegExp][] = [
  ['no JSON at all', 'renew: daily', /line 1: a word that is not true/],
  ['nothing', ' \n', /the file is empty/],
  ['a list', '[]', /line 1: its content must be sections in braces/],
  ['a missing comma', '{\n "Acme": {}\n "Script": {}\n}', /line 3: a comma is missing/],
  ['a missing brace', '{ "Acme": {\n', /line \d: the file ends too early/],
  ['single backslashes', '{\n "Proxy": { "UserName": "EXAMPLE\\Administrator" } }', /line 2: a wrong backslash/],
  [
    'backslashes that JSON knows',
    '{ "Proxy": { "UserName": "EXAMPLE\\tom" } }',
    /line 1, "Proxy.UserName" has a control/,
  ],
  ['a comment that does not end', '{ /* x ', /a comment without its end/],
  ['something after the end', '{}\n}', /line 2: there is something after the end/],
  ['thousands of levels', `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`, /nested more than 100 levels/],
  ['thousands of levels with a comment', `//\n${'['.repeat(20_000)}`, /nested more than 100 levels/],
];

for (const [what, text, expected] of faults) {
  test(`${what} is refused with its place`, async () => {
    const failure = await refuse(text);
    const told = [failure, ...(failure.details.failures ?? [])].map(({ message }) => message).join('\n');
    assert.match(told, expected);
    assert.ok(failure.message.startsWith(`cannot use ${path}: `));
  });
}

test('no failure shows a value, which may be a secret', async () => {
  for (const text of [
    '{ "Proxy": { "Password": ["s3cret"] } }',
    '{ "Proxy": { "Url": "s3cret" } }',
    '{ "Proxy": "s3cret" }',
    '{ "Proxy": { "Password": "s3cret }',
  ]) {
    const failure = await refuse(text);
    assert.ok(!JSON.stringify([failure.message, failure.details.failures?.map(String)]).includes('s3cret'));
  }
});

const unknown: [string, string][] = [
  [
    '{\n "Acme": { "RequestTimeot": 1 } }',
    'line 2, "Acme.RequestTimeot" is no setting of wacs; did you mean Acme.RequestTimeout?',
  ],
  [
    '{ "Acme": { "RenewalDays": 55 } }',
    'line 1, "Acme.RenewalDays" is no setting of wacs; did you mean ScheduledTask.RenewalDays?',
  ],
  [
    '{ "Scripts": {\n "Timeout": 5, "Other": {} } }',
    'line 1, "Scripts" is no setting of wacs; did you mean Script.Timeout?',
  ],
  [
    '{ "Acme.RequestTimeout": 5 }',
    'line 1, "Acme.RequestTimeout" is no setting of wacs; did you mean Acme.RequestTimeout?',
  ],
  ['{ "UI": { "Font": 1 } }', 'line 1, "UI.Font" is no setting of wacs'],
  ['{ "__proto__": { "x": 1 } }', 'line 1, "__proto__" is no setting of wacs'],
];

for (const [text, message] of unknown) {
  test(`an unknown name is a warning: ${text}`, async () => {
    assert.deepEqual(await notesOf(text), [`${path}, ${message}`]);
    assert.equal(({} as Record<string, unknown>).x, undefined);
  });
}

test("win-acme's settings that wacs has no use for are known", async () => {
  const text = '{ "UI": { "pagesize": 50 }, "Cache": { "ReuseDays": 1, "Path": null }, "Client": { "LogPath": null } }';
  assert.deepEqual(await notesOf(text), []);
  assert.equal((await notesOf(text, 'verbose')).length, 2);
});

test('the file win-acme comes with is read without a warning', async () => {
  const template = {
    Client: { ClientName: 'win-acme', ConfigurationPath: null, LogPath: null, PluginPath: null, VersionCheck: false },
    UI: { PageSize: 50, DateFormat: 'yyyy/M/d', TextEncoding: 'utf-8', Color: { Background: null } },
    Acme: {
      ...{ DefaultBaseUri: 'https://ca.test/', DefaultBaseUriTest: 'https://ca.test/', DefaultBaseUriImport: 'x' },
      ...{ PostAsGet: true, ValidateServerCertificate: true, RetryCount: 15, RetryInterval: 5, PreferredIssuer: null },
      ...{ CertificateProfile: null, MaxDomains: 100, PublicSuffixListUri: 'https://publicsuffix.org/list/x.dat' },
    },
    Execution: { DefaultPreExecutionScript: null, DefaultPostExecutionScript: null },
    Proxy: { Url: '[System]', Username: null, Password: null },
    Cache: { Path: null, ReuseDays: 1, DeleteStaleFiles: false, DeleteStaleFilesDays: 120, ProtectionMode: 'default' },
    ScheduledTask: {
      ...{ RenewalDays: 55, RenewalDaysRange: 0, RenewalDisableServerSchedule: false, RenewalMinimumValidDays: null },
      ...{ RandomDelay: '04:00:00', StartBoundary: '09:00:00', ExecutionTimeLimit: '02:00:00' },
    },
    Notification: {
      ...{ SmtpServer: null, SmtpPort: 25, SmtpUser: null, SmtpPassword: null, SmtpSecure: false, SmtpSecureMode: 1 },
      ...{ SenderName: null, SenderAddress: null, ReceiverAddresses: [], EmailOnSuccess: false, ComputerName: null },
      Email: { SmtpServer: null, SmtpPort: 25, SmtpLocalDomain: null, NotifyOnSuccess: false },
      Script: { Path: null, Parameters: null, NotifyOnSuccess: false },
    },
    Security: { EncryptConfig: true, FriendlyNameDateTimeStamp: true, AllowDangerousCertificateReparse: false },
    Script: { Timeout: 600, PowershellExecutablePath: 'powershell.exe' },
    Source: { DefaultSource: null },
    Validation: {
      ...{ DefaultValidation: null, DefaultValidationMode: null, DisableMultiThreading: true, ParallelBatchSize: 20 },
      ...{ CleanupFolders: true, PreValidateDns: true, PreValidateDnsRetryCount: 10, PreValidateDnsRetryInterval: 30 },
      ...{ PreValidateDnsLocal: false, DnsPropagationDelay: 30, AllowDnsSubstitution: true, DnsServers: ['[System]'] },
      Ftp: { UseGnuTls: false },
    },
    Order: { DefaultOrder: null, DefaultValidDays: null },
    Csr: {
      DefaultCsr: null,
      Rsa: { KeyBits: 3072, SignatureAlgorithm: 'SHA512withRSA' },
      Ec: { CurveName: 'secp384r1', SignatureAlgorithm: 'SHA512withECDSA' },
    },
    Store: {
      DefaultStore: null,
      CertificateStore: { DefaultStore: null, PrivateKeyExportable: false, UseNextGenerationCryptoApi: false },
      CentralSsl: { DefaultPath: null, DefaultPassword: null, DefaultProtectionMode: 'default' },
      PemFiles: { DefaultPath: null, DefaultPassword: null, KeyFormat: null },
      PfxFile: { DefaultPath: null, DefaultPassword: null, DefaultProtectionMode: 'default' },
      P7bFile: { DefaultPath: null },
    },
    Installation: { DefaultInstallation: null, IIS: { BindingFlags: ['None'] } },
    Secrets: { Json: { FilePath: null }, Script: { Get: null, GetArguments: null } },
  };
  const { values, notes } = await parse(JSON.stringify(template));
  assert.deepEqual(
    notes.filter(({ level }) => level === 'warning'),
    [],
  );
  assert.equal(mergeSettings([{ values, notes }]).ScheduledTask.RenewalDays, 55);
});

test('one that somebody has set on purpose is a warning with what to do instead', async () => {
  const [warning, ...more] = await notesOf('{ "Client": { "ConfigurationPath": "D:\\\\state" } }');
  assert.match(
    warning ?? '',
    /line 1, "Client\.ConfigurationPath" has no effect in wacs: give --configpath DIR instead/,
  );
  assert.deepEqual(more, []);
  assert.deepEqual(await notesOf('{ "Acme": { "ValidateServerCertificate": true } }'), []);
  const [insecure] = await notesOf('{ "Acme": { "ValidateServerCertificate": false } }');
  assert.match(insecure ?? '', /has no effect in wacs: give the root of the CA by --cafile PEM instead/);
});

test('older names of win-acme count where the newer one is not there', async () => {
  const old = '"Security": { "RSAKeyBits": 2048, "ECCurve": "secp256r1" }';
  assert.deepEqual((await parse(`{ ${old} }`)).values, {
    Csr: { Rsa: { KeyBits: 2048 }, Ec: { CurveName: 'secp256r1' } },
  });
  for (const both of [
    `{ "Csr": { "Rsa": { "KeyBits": 4096 } }, ${old} }`,
    `{ ${old}, "csr": { "RSA": { "keybits": 4096 } } }`,
  ]) {
    assert.deepEqual((await parse(both)).values, { Csr: { Rsa: { KeyBits: 4096 }, Ec: { CurveName: 'secp256r1' } } });
    const [warning, ...more] = await notesOf(both);
    assert.match(
      warning ?? '',
      /"Security\.RSAKeyBits" is the old name of Csr\.Rsa\.KeyBits, which is set too and counts/,
    );
    assert.deepEqual(more, []);
  }
  assert.match(
    (await refuse('{\n\n "Security": { "RSAKeyBits": 512 } }')).message,
    /line 3, "Security.RSAKeyBits" must/,
  );
});

test('a key that stands there twice is a warning, in the same spelling and in another', async () => {
  const twice = '{ "Script": { "Timeout": 1,\n "Timeout": 2 } }';
  assert.deepEqual(await notesOf(twice), [`${path}, line 2, "Script.Timeout" stands there twice; the last one counts`]);
  assert.deepEqual((await parse(twice)).values, { Script: { Timeout: 2 } });
  const spelt = '{ "Script": { "Timeout": 1,\n "timeout": 2 } }';
  assert.match((await notesOf(spelt))[0] ?? '', /line 2, "Script.timeout" sets Script.Timeout a second time/);
  assert.deepEqual((await parse(spelt)).values, { Script: { Timeout: 2 } });
});

test('layers: the narrower place counts more, key by key, and the rest keeps its defaults', async () => {
  const forAll = await parse('{ "Acme": { "RequestTimeout": 10, "PollTimeout": 20 }, "Script": { "Timeout": 1 } }');
  const forCa = await parseSettingsFile(
    path,
    '{ "acme": { "polltimeout": 30 }, "Script": { "Timeout": null } }',
    'authority',
  );
  const own = parseNestedSettings(path, { Csr: { Rsa: { KeyBits: 2048 } }, Script: { Timeout: 3 } }, 'renewal');
  const settings = mergeSettings([forAll, forCa, own]);
  assert.deepEqual(
    [settings.Acme.RequestTimeout, settings.Acme.PollTimeout, settings.Acme.RequestAttempts],
    [10, 30, 6],
  );
  assert.deepEqual([settings.Script.Timeout, mergeSettings([forAll, forCa]).Script.Timeout], [3, 1]);
  assert.deepEqual([settings.Csr.Rsa.KeyBits, settings.Csr.Ec.CurveName], [2048, 'secp384r1']);
});

test('a setting in too narrow a place has no effect, and a warning says where it belongs', async () => {
  const forCa = await parseSettingsFile(path, '{ "Acme": { "DefaultBaseUri": "https://ca.test/" } }', 'authority');
  assert.deepEqual(forCa.values, {});
  assert.match(forCa.notes[0]?.message ?? '', /line 1, "Acme.DefaultBaseUri" holds for all CAs: set it in/);
  const own = parseNestedSettings('/state/ca/a.renewal.json', { ScheduledTask: { StartBoundary: 'x' } }, 'renewal');
  assert.deepEqual(own.values, {});
  assert.deepEqual(own.notes, [
    {
      level: 'warning',
      message:
        '/state/ca/a.renewal.json, "settings.ScheduledTask.StartBoundary" holds for a whole run: set it in a settings.json; it has no effect here',
    },
  ]);
});

test('a wrong value inside another file is named with file and key', async () => {
  const content = { csr: { Rsa: { KeyBits: 1 } }, Script: { Timeout: -1 } };
  const failure = await failureOf(
    () => parseNestedSettings('/a.renewal.json', content, 'renewal'),
    'ConfigurationError',
  );
  assert.equal(
    failure.message,
    'cannot use /a.renewal.json: "settings.csr.Rsa.KeyBits" must be one of 2048, 3072, 4096; "settings.Script.Timeout" must be at least 1',
  );
});
