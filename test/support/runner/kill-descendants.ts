import { readdirSync, readFileSync } from 'node:fs';

/**
 * Kills every program that descends from this process, also those in process groups of their own. Only on Linux, where
 * the kernel tells who descends from whom; elsewhere what Node started itself ends by its abort signal.
 */
export function killDescendants(): void {
  if (process.platform !== 'linux') return;
  const parents = readParents();
  for (const pid of parents.keys()) {
    if (descends(pid, parents)) kill(pid);
  }
}

/** Parent by process id. */
function readParents(): Map<number, number> {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      // The name of the program comes before, in parentheses, and may contain anything.
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      const parent = stat.slice(stat.lastIndexOf(')') + 1).split(' ')[2];
      parents.set(Number(name), Number(parent));
    } catch {
      // It has ended meanwhile.
    }
  }
  return parents;
}

function descends(pid: number, parents: ReadonlyMap<number, number>): boolean {
  for (let parent = parents.get(pid); parent !== undefined && parent > 0; parent = parents.get(parent)) {
    if (parent === process.pid) return true;
  }
  return false;
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}
