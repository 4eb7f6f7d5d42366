/**
 * Runs on Windows, in the runtime of the executable: answers challenges through http.sys on a port until a file "stop"
 * appears beside the file "ready" it writes, then prints what that took of handles and memory, for
 * test/executable/http-sys.test.ts to judge. Arguments: a folder, a port, the number of tokens, rounds of opening and
 * closing.
 */

import { dlopen } from 'node:ffi';
import { existsSync, writeFileSync } from 'node:fs';
import { win32 as path } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createHttpChallengeServer } from '../../src/platform/http-challenge-server.ts';
import { portOwner } from '../../src/platform/win32/port-owner.ts';
import { openWindowsListener } from '../../src/platform/win32/windows-listener.ts';

const [folder = '', portText = '', tokens = '', rounds = ''] = process.argv.slice(2);
const port = Number(portText);
const names = Array.from({ length: Number(tokens) }, (_, index) => `token-${index}`);
const lines: string[] = [];
const keep = (line: string): void => void lines.push(line);
const log = { verbose: keep, info: keep, warning: keep, error: keep, child: () => log };
const server = createHttpChallengeServer({ log, open: openWindowsListener(log), ownerOf: portOwner });

await openAndClose(5);
const before = usage();
await Promise.all(names.map((name) => server.publish(port, name, `${name}.thumbprint`)));
writeFileSync(path.join(folder, 'ready'), '');
while (!existsSync(path.join(folder, 'stop'))) await sleep(50);
await Promise.all(names.map((name) => server.withdraw(port, name)));
await openAndClose(Number(rounds));
const after = usage();
const answered = lines.filter((line) => line.startsWith('challenge request')).length;
console.log(
  JSON.stringify({ before, after, answered, sample: lines.find((line) => line.includes('token-0')), log: lines[0] }),
);

async function openAndClose(times: number): Promise<void> {
  for (let round = 0; round < times; round += 1) {
    await server.publish(port, 'round', 'x');
    await server.withdraw(port, 'round');
  }
}

function usage(): { handles: number; megabytes: number } {
  const kernel32 = dlopen('C:\\windows\\system32\\kernel32.dll', {
    GetProcessHandleCount: { return: 'i32', arguments: ['pointer', 'pointer'] },
  });
  const count = Buffer.alloc(128);
  kernel32.functions.GetProcessHandleCount(0xffff_ffff_ffff_ffffn, count);
  const { rss } = process.memoryUsage();
  return { handles: count.readUInt32LE(0), megabytes: Math.round(rss / 1e6) };
}
