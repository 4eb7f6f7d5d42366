import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, win32 } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { RunReport } from '../../src/cli/run-report.ts';
import { exitCodes, type Outcome } from '../../src/exit-codes.ts';
import { taskName } from '../../src/scheduler/task-definition.ts';
import { assertCovered, printCounts } from '../support/exit-codes/coverage.ts';
import type { EditableRenewal, ExecutableBench, ExecutableCase } from '../support/exit-codes/executable-case.ts';
import { executableCases } from '../support/exit-codes/executable-cases.ts';
import { installSchtasksDouble } from '../support/schtasks-double/build-double.ts';
import { steerDouble, storedTask } from '../support/schtasks-double/steer-double.ts';
import { putFile, runBatch } from '../support/windows/windows-machine.ts';
import type { WineRunResult } from '../support/wine/run-in-wine.ts';
import type { WinePrefix } from '../support/wine/wine-prefix.ts';
import { assertExit, benchOrSkip, holdingScript } from './windows-bench.ts';

const renewals = ['site', 'other'] as const;
const passed: Outcome[] = [];

test('every exit code of the executable has a case or a reason', () => assertCovered('executable', executableCases));

test('each exit code, as a batch file sees it', { timeout: 900_000 }, async (t) => {
  const machine = await stageOrSkip(t);
  if (machine === undefined) return;
  const inOrder = [...executableCases].sort((a, b) => exitCodes[a.name].code - exitCodes[b.name].code);
  for (const one of inOrder) {
    await t.test(`${exitCodes[one.name].code} ${one.name}: ${one.how}`, async () => {
      await perform(one, machine);
      passed.push(one.name);
    });
  }
  printCounts('executable', passed);
});

/** A machine with two renewals and a task, and what they are like when all is well. */
interface Stage {
  readonly bench: ExecutableBench;
  readonly prefix: WinePrefix;
  readonly taskPath: string;
  readonly goodTask: string;
  readonly goodRenewals: Readonly<Record<string, string>>;
}

async function stageOrSkip(t: TestContext): Promise<Stage | undefined> {
  const machine = await benchOrSkip(t, { prepare: installSchtasksDouble });
  const prefix = machine?.machine.prefix;
  if (machine === undefined) return undefined;
  if (prefix === undefined) return void t.skip('puts a double in the place of schtasks.exe, in Wine only');
  await steerDouble(prefix);
  const script = await holdingScript(machine);
  await putFile(machine.machine, win32.join(machine.machine.root, 'scripts', 'fail.cmd'), '@exit /b 7\n');
  for (const id of renewals) assertExit(await machine.create(`${id}.test`, ['--id', id, ...script.arguments]), 0);
  assertExit(await machine.run(['--setuptaskscheduler']), 0);
  machine.writeSettings({ ScheduledTask: { CommandTimeout: 3 } });
  const taskPath = `\\${taskName(machine.pebble.directoryUrl)}`;
  const goodTask = (await storedTask(prefix, taskPath))?.toString('utf16le') ?? assert.fail('no task');
  const fileOf = (id: string): string => join(machine.authority, `${id}.renewal.json`);
  const goodRenewals = Object.fromEntries(renewals.map((id) => [fileOf(id), readFileSync(fileOf(id), 'utf8')]));
  const redeploy: ExecutableBench['redeploy'] = (id, changes) =>
    writeFileSync(fileOf(id), redeployed(fileOf(id), changes));
  return { bench: { ...machine, script, redeploy }, prefix, taskPath, goodTask, goodRenewals };
}

async function perform(one: ExecutableCase, stage: Stage): Promise<void> {
  const { bench, prefix, taskPath, goodTask, goodRenewals } = stage;
  for (const [path, text] of Object.entries(goodRenewals)) writeFileSync(path, text);
  putTask(stage, one.task === undefined ? goodTask : one.task(goodTask));
  const undo = await one.prepare?.(bench);
  await steerDouble(prefix, one.double);
  const before = await takeStock(stage);
  let result: WineRunResult;
  try {
    result = await runBatch(bench.machine, { name: 'code.bat', text: batchFor(one, bench) });
    one.check?.(bench);
  } finally {
    await undo?.();
  }
  bench.check(result);
  assertTold(one, result);
  const now = await takeStock(stage);
  assert.deepEqual(now.renewals, before.renewals, 'the renewals were changed');
  if (one.changesTask !== true) assert.deepEqual(now.task, before.task, 'the task was changed');
  else assert.ok((await storedTask(prefix, taskPath)) !== undefined, 'there is no task');
}

/** A batch file that says what it sees. */
function batchFor({ args, name }: ExecutableCase, bench: ExecutableBench): string {
  const { machine, pebble, certificates, ca } = bench;
  const validation = ['--validation', 'selfhosting', '--validationport', String(pebble.httpPort)];
  const creation = args.includes('--source')
    ? [...validation, '--store', 'pemfiles', '--pemfilespath', certificates]
    : [];
  const command = [machine.executable, ...args, '--json', ...creation, ...ca].map((text) => `"${text}"`).join(' ');
  const { code } = exitCodes[name];
  return `@echo off
${command}
set level=%errorlevel%
echo.
echo level=%level%
if ${code} gtr 0 if %level% lss 1 exit /b 99
exit /b %level%
`;
}

/** Exit code, report and screen tell the same story. */
function assertTold({ name, shown }: ExecutableCase, { exitCode, stdout, stderr }: WineRunResult): void {
  const { code } = exitCodes[name];
  const output = stdout + stderr;
  assert.equal(Number(/^level=(-?\d+)/m.exec(stdout)?.[1]), code, output);
  assert.equal(exitCode, code, output);
  const report: RunReport = JSON.parse(stdout.replace(/\s*^level=.*$/ms, ''));
  assert.deepEqual([report.exitCode, report.exitName], [code, name], output);
  assert.doesNotMatch(output, /^\s+at .+:\d+:\d+/m, 'a stack on the screen');
  if (shown !== undefined) assert.match(stderr, shown);
  if (name === 'Success' || name === 'NothingDue') return;
  assert.ok(stderr.includes(`[${code} ${name}]`), output);
  const { hint } = report.error ?? assert.fail(`no error in the report:\n${output}`);
  assert.ok(hint !== undefined && stderr.includes(`what to do: ${hint}`), `no hint:\n${output}`);
}

/** What no failed run may touch: plans, certificates, and the registered task. */
async function takeStock({ prefix, taskPath, goodRenewals }: Stage): Promise<{ renewals: unknown[]; task: unknown }> {
  const contents = Object.keys(goodRenewals).map((path) => {
    const { plan, state } = JSON.parse(readFileSync(path, 'utf8'));
    return { plan, thumbprint: state.certificate.thumbprint };
  });
  return { renewals: contents, task: await storedTask(prefix, taskPath) };
}

function putTask({ bench, taskPath }: Stage, xml: string | undefined): void {
  const file = bench.machine.hostPath(`C:\\windows\\system32\\Tasks-double${taskPath}`);
  rmSync(file, { force: true });
  if (xml === undefined) return;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, Buffer.from(xml, 'utf16le'));
}

/** Text of a renewal file whose certificate is stored and not deployed. */
function redeployed(path: string, { script, folder }: Parameters<ExecutableBench['redeploy']>[1]): string {
  const renewal: EditableRenewal = JSON.parse(readFileSync(path, 'utf8'));
  renewal.state.certificate.deployed = false;
  if (folder !== undefined) renewal.plan.store = [{ plugin: 'pemfiles', path: folder }];
  const text = JSON.stringify(renewal);
  return script === undefined ? text : text.replace('hold.cmd', script);
}
