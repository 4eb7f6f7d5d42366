import assert from 'node:assert/strict';
import { test } from 'node:test';
import { prefixOrSkip } from '../support/wine/prefix-or-skip.ts';

test('Wine runs Windows programs in a prefix of their own', { timeout: 900_000 }, async (t) => {
  const prefix = await prefixOrSkip(t);
  if (prefix === undefined) return;

  await t.test('a batch file keeps its exit code and its output', async () => {
    const result = await prefix.runBatch('@echo off\necho %GREETING%\ncd\nexit /b 42\n', {
      env: { GREETING: 'hello' },
      cwd: 'C:\\windows',
    });
    assert.equal(result.stdout, 'hello\r\nC:\\windows\r\n');
    assert.equal(result.exitCode, 42);
  });

  await t.test('a program that overruns its limit is killed with all it started', async () => {
    const result = await prefix.runBatch('@start /b ping -n 600 127.0.0.1 >nul\n@ping -n 600 127.0.0.1 >nul\n', {
      timeoutMs: 4_000,
    });
    assert.equal(result.timedOut, true);
    assert.equal(result.exitCode, undefined);
    const { stdout } = await prefix.run('tasklist.exe');
    assert.match(stdout, /services\.exe/i);
    assert.doesNotMatch(stdout, /ping/i);
  });

  await t.test('a program can be killed alone, in the middle of its work', async () => {
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 1_500);
    const result = await prefix.runBatch('@echo started\n@ping -n 600 127.0.0.1 >nul\n', { signal: abort.signal });
    assert.deepEqual([result.exitCode, result.timedOut, result.stdout], [undefined, false, 'started\r\n']);
  });

  await t.test('standard input, arguments and paths arrive as they were given', async () => {
    await prefix.writeFile('C:\\Some Folder\\data.txt', 'one\r\n');
    assert.equal(await prefix.exists('c:\\some folder\\DATA.TXT'), true);
    const shown = await prefix.run('cmd.exe', ['/c', 'type', 'C:\\Some Folder\\data.txt']);
    assert.equal(shown.stdout, 'one\r\n');
    const found = await prefix.run('findstr.exe', ['b'], { stdin: 'abc\r\nxyz\r\n' });
    assert.equal(found.stdout.trim(), 'abc');
  });

  await t.test('nothing of the test process leaks in', async () => {
    process.env.WACS_LEAK = 'leaked';
    t.after(() => delete process.env.WACS_LEAK);
    const { stdout } = await prefix.runBatch('@set\n');
    assert.match(stdout, /^SystemRoot=/im);
    assert.doesNotMatch(stdout, /leaked|NODE_|npm_/i);
  });

  await t.test('two prefixes share no files', async (t) => {
    const other = await prefixOrSkip(t);
    await prefix.writeFile('C:\\windows\\system32\\notepad-note.txt', 'mine');
    assert.equal(await other?.exists('C:\\windows\\system32\\notepad-note.txt'), false);
    await prefix.replaceSystemProgram(prefix.toLinuxPath('C:\\windows\\system32\\find.exe'), 'netsh.exe');
    const sizes = [prefix, other].map(
      async (each) => (await each?.readFile('C:\\windows\\system32\\netsh.exe'))?.length,
    );
    const [mine, theirs] = await Promise.all(sizes);
    assert.notEqual(mine, theirs);
  });
});
