import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { installSchtasksDouble } from '../support/schtasks-double/build-double.ts';
import {
  exitCodeOf,
  importTask,
  SAMPLE_TASK,
  sampleTaskXml,
  writeTaskFile,
} from '../support/schtasks-double/sample-task.ts';
import { doubleCalls, steerDouble, storedTask } from '../support/schtasks-double/steer-double.ts';
import { prefixOrSkip } from '../support/wine/prefix-or-skip.ts';
import type { WinePrefix } from '../support/wine/wine-prefix.ts';

const ACCESS_DENIED = 0x80070005;
const FILE_NOT_FOUND = 0x80070002;
const PATH_NOT_FOUND = 0x80070003;
const SYNTAX = 0x80004005;

test('Wine and the double of schtasks.exe', { timeout: 900_000 }, async (t) => {
  const prefix = await prefixOrSkip(t, installSchtasksDouble);
  if (prefix === undefined) return;

  await t.test('an unknown task is absent, by name and by folder', async () => {
    await steerDouble(prefix);
    assert.equal(await exitCodeOf(prefix, 'schtasks /query /tn Nothing /xml ONE /hresult'), FILE_NOT_FOUND);
    assert.equal(await exitCodeOf(prefix, `schtasks /query /tn ${SAMPLE_TASK} /xml ONE /hresult`), PATH_NOT_FOUND);
    assert.equal(await exitCodeOf(prefix, 'schtasks /query /tn Nothing /xml ONE'), 1);
  });

  await t.test('a task is created, read back, disabled, deleted, and then absent', async () => {
    await steerDouble(prefix);
    assert.equal(await importTask(prefix, sampleTaskXml()), 0);
    const { stdoutBytes } = await prefix.run('schtasks.exe', ['/query', '/tn', SAMPLE_TASK, '/xml', 'ONE', '/hresult']);
    assert.equal(stdoutBytes.toString('utf16le').trim(), `\uFEFF${sampleTaskXml()}`.trim());
    assert.equal(await exitCodeOf(prefix, `schtasks /change /tn ${SAMPLE_TASK} /disable /hresult`), 0);
    assert.match(await taskText(prefix), /<Enabled>false<\/Enabled>/);
    assert.equal(await exitCodeOf(prefix, `schtasks /run /tn ${SAMPLE_TASK} /hresult`), 0x80041326);
    assert.equal(await exitCodeOf(prefix, `schtasks /delete /tn ${SAMPLE_TASK} /f /hresult`), 0);
    assert.equal(await exitCodeOf(prefix, `schtasks /query /tn ${SAMPLE_TASK} /xml ONE /hresult`), FILE_NOT_FOUND);
  });

  await t.test('registration sets the path and the account, as the service does', async () => {
    await steerDouble(prefix);
    const xml = sampleTaskXml()
      .replace(/<URI>.*?<\/URI>/, '')
      .replace('S-1-5-18', 'NT AUTHORITY\\SYSTEM');
    assert.equal(await importTask(prefix, xml), 0);
    assert.match(await taskText(prefix), /<URI>\\App\\Renew<\/URI>/);
    assert.match(await taskText(prefix), /<UserId>S-1-5-18<\/UserId>/);
    assert.equal(await importTask(prefix, sampleTaskXml().replace('S-1-5-18', 'HOST\\nobody')), 0x80070534);
  });

  await t.test('an existing task is replaced with /F, else only when somebody says yes', async () => {
    await steerDouble(prefix);
    await importTask(prefix, sampleTaskXml());
    const changed = sampleTaskXml().replace('PT2H', 'PT3H');
    await writeTaskFile(prefix, changed);
    const args = ['/create', '/tn', SAMPLE_TASK, '/xml', 'C:\\task.xml'];
    assert.equal((await prefix.run('schtasks.exe', args)).exitCode, 1);
    assert.equal((await prefix.run('schtasks.exe', args, { stdin: 'n\r\n' })).exitCode, 1);
    assert.doesNotMatch(await taskText(prefix), /PT3H/);
    assert.equal((await prefix.run('schtasks.exe', args, { stdin: 'y\r\n' })).exitCode, 0);
    assert.match(await taskText(prefix), /PT3H/);
  });

  await t.test('a refused registration leaves the old task byte for byte', async () => {
    await steerDouble(prefix);
    await importTask(prefix, sampleTaskXml());
    const before = await storedTask(prefix, SAMPLE_TASK);
    await steerDouble(prefix, { create: '0x80070005' });
    const { stdout } = await prefix.runBatch(
      `@schtasks /create /tn ${SAMPLE_TASK} /xml C:\\task.xml /f /hresult\n@echo %ERRORLEVEL%\n`,
    );
    assert.equal(stdout, '-2147024891\r\n');
    assert.equal(await importTask(prefix, sampleTaskXml().replace('PT2H', 'PT3H')), ACCESS_DENIED);
    assert.deepEqual(await storedTask(prefix, SAMPLE_TASK), before);
  });

  await t.test('wrong documents are refused with the code of their fault', (t) => checkRefusals(t, prefix));

  await t.test('only UTF-16 with a byte order mark and undeclared ANSI can be imported', async () => {
    await steerDouble(prefix);
    const undeclared = sampleTaskXml().replace(/<\?xml.*?\?>\s*/, '');
    const declaredUtf8 = sampleTaskXml().replace('UTF-16', 'UTF-8');
    assert.equal(await importTask(prefix, Buffer.from(undeclared)), 0);
    assert.equal(await importTask(prefix, Buffer.from(declaredUtf8)), 0x8004131a);
    assert.equal(await importTask(prefix, Buffer.from(`\uFEFF${undeclared}`)), 0x8004131a);
    assert.equal(await importTask(prefix, Buffer.from(sampleTaskXml(), 'utf16le')), 0x8004131a);
    assert.equal(await importTask(prefix, Buffer.from(`\uFEFF${sampleTaskXml()}`, 'utf16le').swap16()), 0x8004131a);
  });

  await t.test('a wrong command line gives E_FAIL, with /HRESULT or without', async () => {
    await steerDouble(prefix);
    assert.equal(await exitCodeOf(prefix, 'schtasks /create /tn x'), SYNTAX);
    assert.equal(await exitCodeOf(prefix, 'schtasks /query /nonsense /hresult'), SYNTAX);
    assert.equal(await exitCodeOf(prefix, 'schtasks /query /tn "a:b" /hresult'), 0x8007007b);
  });

  await t.test('a hanging call can be ended together with its child', async () => {
    await steerDouble(prefix, { hang: 'create' });
    await writeTaskFile(prefix, sampleTaskXml());
    const args = ['/create', '/tn', SAMPLE_TASK, '/xml', 'C:\\task.xml', '/f'];
    const result = await prefix.run('schtasks.exe', args, { timeoutMs: 4_000 });
    assert.equal(result.timedOut, true);
    assert.doesNotMatch((await prefix.run('tasklist.exe')).stdout, /schtasks/i);
  });

  await t.test('it crashes, lies, warns, and stops misbehaving when told so', (t) => checkMischief(t, prefix));

  await t.test('messages are translated and in an OEM code page', async () => {
    await steerDouble(prefix, { language: 'de' });
    await importTask(prefix, sampleTaskXml());
    const german = await prefix.run('schtasks.exe', ['/delete', '/tn', SAMPLE_TASK, '/f']);
    assert.match(german.stdoutBytes.toString('latin1'), /ERFOLGREICH: .* gel\x94scht\./);
    await steerDouble(prefix, { language: 'zh' });
    const chinese = await prefix.run('schtasks.exe', ['/delete', '/tn', SAMPLE_TASK, '/f']);
    assert.match(new TextDecoder('gbk', { fatal: true }).decode(chinese.stderrBytes), /^错误: 系统找不到指定的文件。/);
  });

  await t.test('a task is read back in the encoding a test asks for', (t) => checkEncodings(t, prefix));

  await t.test('every call is logged', async () => {
    const calls = await doubleCalls(prefix);
    assert.ok(calls.some((call) => call.endsWith(`/create /tn ${SAMPLE_TASK} /xml C:\\task.xml /f /hresult`)));
  });
});

async function checkRefusals(t: TestContext, prefix: WinePrefix): Promise<void> {
  await steerDouble(prefix);
  const xml = sampleTaskXml();
  const refused: readonly [string, number, string][] = [
    ['not well-formed', 0x8004131a, xml.replace('</Settings>', '')],
    ['a bare ampersand', 0x8004131a, xml.replace('<Arguments>', '<Arguments>a & b')],
    ['text after the end', 0x8004131a, `${xml}x`],
    ['not XML at all', 0x8004131a, 'hello'],
    ['empty', 0x8004131a, ''],
    ['no namespace', 0x80041317, xml.replace(/ xmlns="[^"]*"/, '')],
    ['another namespace', 0x80041317, xml.replace('/mit/task', '/mit/tusk')],
    ['an unknown element', 0x80041316, xml.replace('<Hidden>', '<Colour>red</Colour><Hidden>')],
    ['a newer element', 0x80041316, xml.replace('<Hidden>', '<Volatile>true</Volatile><Hidden>')],
    ['user and group', 0x80041316, xml.replace('<RunLevel>', '<GroupId>S-1-5-32-544</GroupId><RunLevel>')],
    ['a wrong boolean', 0x80041318, xml.replace('<Hidden>false', '<Hidden>FALSE')],
    ['a wrong duration', 0x80041318, xml.replace('PT4H', '4h')],
    ['a wrong date', 0x80041318, xml.replace('2024-01-01T', '01/01/2024 ')],
    ['a wrong logon type', 0x80041318, xml.replace('<RunLevel>', '<LogonType>ServiceAccount</LogonType><RunLevel>')],
    ['a command too long', 0x80041318, xml.replace('wacs.exe', `${'x'.repeat(260)}.exe`)],
    ['an unknown version', 0x80041318, xml.replace('version="1.2"', 'version="2.0"')],
    ['no actions', 0x80041319, xml.replace(/<Actions.*<\/Actions>/s, '')],
    ['empty actions', 0x80041319, xml.replace(/<Exec>.*<\/Exec>/s, '')],
    ['no command', 0x80041319, xml.replace(/<Command>.*<\/Command>/, '')],
    ['no count', 0x80041319, xml.replace(/<Count>.*<\/Count>/, '')],
    ['no start boundary', 0x80041319, xml.replace(/<StartBoundary>.*<\/StartBoundary>/, '')],
    ['an element twice', 0x8004131d, xml.replace('<Hidden>', '<Enabled>true</Enabled><Hidden>')],
  ];
  for (const [name, code, document] of refused) {
    await t.test(name, async () => assert.equal(hex(await importTask(prefix, document)), hex(code)));
  }
}

async function checkMischief(t: TestContext, prefix: WinePrefix): Promise<void> {
  const changed = sampleTaskXml().replace('PT2H', 'PT3H');
  await t.test('crash', async () => {
    await steerDouble(prefix, { crash: 'create' });
    assert.equal(await importTask(prefix, changed), 0xc0000005);
  });
  await t.test('lies', async () => {
    await steerDouble(prefix);
    await importTask(prefix, sampleTaskXml());
    await steerDouble(prefix, { lie: 'create' });
    assert.equal(await importTask(prefix, changed), 0);
    assert.doesNotMatch(await taskText(prefix), /PT3H/);
    await steerDouble(prefix, { lie: 'disabled' });
    assert.equal(await importTask(prefix, changed), 0);
    assert.match(await taskText(prefix), /<Settings>.*<Enabled>false/s);
    await steerDouble(prefix, { lie: 'changed' });
    assert.equal(await importTask(prefix, changed), 0);
    assert.match(await taskText(prefix), /<Command>C:\\elsewhere\\other\.exe/);
  });
  await t.test('success with a warning', async () => {
    await steerDouble(prefix, { create: '0x0004131B' });
    assert.equal(await importTask(prefix, sampleTaskXml()), 0x0004131b);
    assert.doesNotMatch(await taskText(prefix), /elsewhere/);
  });
  await t.test('too busy at first', async () => {
    const before = (await doubleCalls(prefix)).filter((call) => call.includes('/create')).length;
    await steerDouble(prefix, { create: '0x80041323', createtimes: before + 1 });
    assert.equal(await importTask(prefix, sampleTaskXml()), 0x80041323);
    assert.equal(await importTask(prefix, sampleTaskXml()), 0);
  });
}

async function checkEncodings(t: TestContext, prefix: WinePrefix): Promise<void> {
  const xml = sampleTaskXml().replace('Renews', 'Erneuert, gr\u00fc\u00dft');
  await steerDouble(prefix);
  await importTask(prefix, xml);
  const wanted: readonly [string, (bytes: Buffer) => string][] = [
    ['utf16le-bom', (bytes) => bytes.toString('utf16le').slice(1)],
    ['utf16le', (bytes) => bytes.toString('utf16le')],
    ['utf8', (bytes) => bytes.toString('utf8')],
    ['oem', (bytes) => bytes.toString('latin1').replace('\x81', '\u00fc').replace('\xe1', '\u00df')],
  ];
  for (const [encoding, decode] of wanted) {
    await t.test(encoding, async () => {
      await steerDouble(prefix, { queryencoding: encoding });
      const result = await prefix.run('schtasks.exe', ['/query', '/tn', SAMPLE_TASK, '/xml', 'ONE']);
      assert.equal(decode(result.stdoutBytes).trim(), xml.trim());
    });
  }
  await steerDouble(prefix, { garbage: 'query' });
  const noise = await prefix.run('schtasks.exe', ['/query', '/tn', SAMPLE_TASK, '/xml', 'ONE']);
  assert.equal(noise.exitCode, 0);
  assert.equal(noise.stdoutBytes.subarray(0, 2).toString('hex'), '00ff');
}

async function taskText(prefix: WinePrefix): Promise<string> {
  return (await storedTask(prefix, SAMPLE_TASK))?.toString('utf16le') ?? '';
}

function hex(code: number): string {
  return `0x${code.toString(16).padStart(8, '0')}`;
}
