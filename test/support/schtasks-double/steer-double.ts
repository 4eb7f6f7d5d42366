import type { WinePrefix } from '../wine/wine-prefix.ts';

const CONTROL = 'C:\\schtasks-double.ini';
const LOG = 'C:\\schtasks-double.log';
const TASKS = 'C:\\windows\\system32\\Tasks-double';

/** What `control.h` of the double explains, key by key. Without settings it behaves. */
export type DoubleSettings = Readonly<Record<string, string | number>>;

/** Tells the double how to behave from now on; forgets what it was told before. */
export async function steerDouble(prefix: WinePrefix, settings: DoubleSettings = {}): Promise<void> {
  const lines = Object.entries(settings).map(([key, value]) => `${key}=${value}\n`);
  await prefix.writeFile(CONTROL, lines.join(''));
}

/** The command lines the double was called with, oldest first. */
export async function doubleCalls(prefix: WinePrefix): Promise<string[]> {
  if (!(await prefix.exists(LOG))) return [];
  return (await prefix.readFile(LOG)).toString('utf8').split('\n').slice(0, -1);
}

/** The bytes of a task the double keeps, such as `\App\Renew`; `undefined` without one. */
export async function storedTask(prefix: WinePrefix, path: string): Promise<Buffer | undefined> {
  return (await prefix.exists(TASKS + path)) ? prefix.readFile(TASKS + path) : undefined;
}
