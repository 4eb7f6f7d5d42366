import { mkdir } from 'node:fs/promises';
import { runStep } from './run-step.ts';
import { type Wine, wineEnvironment } from './wine.ts';

const BOOT_LIMIT_MS = 120_000;
const CALL_LIMIT_MS = 60_000;

/**
 * Makes the prefix all others are copied from: Windows 10, and no display, so nothing looks for one.
 * @throws EnvironmentUnavailable when Wine does not work here.
 */
export async function makeTemplate(wine: Wine, log: string): Promise<void> {
  await mkdir(wine.template, { recursive: true });
  const run = (program: 'wine' | 'wineserver', args: readonly string[], timeoutMs = CALL_LIMIT_MS) =>
    runStep({
      name: [program, ...args].join(' '),
      command: wine.command(program, args, wine.template),
      env: wineEnvironment(wine, wine.template),
      timeoutMs,
      log,
    });
  await run('wine', ['wineboot', '-i'], BOOT_LIMIT_MS);
  await run('wine', ['winecfg', '-v', 'win10']);
  await run('wine', ['reg', 'add', 'HKCU\\Software\\Wine\\Drivers', '/v', 'Graphics', '/d', 'null', '/f']);
  await run('wineserver', ['-k']);
  await mkdir(wine.prefixes, { recursive: true });
}
