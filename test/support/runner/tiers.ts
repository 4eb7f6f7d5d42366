import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, sep } from 'node:path';
import { projectRoot } from '../run-wacs.ts';

const minuteMs = 60_000;

/** What a tier needs beside Node, when that takes long to get. */
export type Requirement = 'pebble' | 'wine';

/** A group of tests that runs on its own. */
export interface Tier {
  readonly name: string;
  readonly title: string;
  /** Folders of `test/`; without any, all that no other tier has, so that no file can be forgotten. */
  readonly folders: readonly string[];
  /** Files run side by side. */
  readonly concurrency: number;
  readonly limitMs: number;
  readonly requirement?: Requirement;
}

const cores = availableParallelism();

export const tiers: readonly Tier[] = [
  { name: 'unit', title: 'unit and contract', folders: [], concurrency: cores, limitMs: 10 * minuteMs },
  {
    name: 'faults',
    title: 'fault-injecting CA',
    folders: ['fake-acme', 'fault-ca'],
    concurrency: cores,
    limitMs: 10 * minuteMs,
  },
  {
    name: 'pebble',
    title: 'Pebble, a real CA',
    folders: ['pebble'],
    concurrency: cores,
    limitMs: 10 * minuteMs,
    requirement: 'pebble',
  },
  {
    name: 'conformance',
    title: 'conformance matrix',
    folders: ['conformance'],
    concurrency: 1,
    limitMs: 10 * minuteMs,
    requirement: 'pebble',
  },
  {
    name: 'executable',
    title: process.platform === 'win32' ? 'executable' : 'executable under Wine',
    folders: ['executable'],
    concurrency: cores,
    limitMs: 20 * minuteMs,
    ...(process.platform === 'win32' ? {} : { requirement: 'wine' }),
  },
];

/** Absolute paths of a tier's test files, sorted. */
export function testFilesOf(tier: Tier): string[] {
  const folder = join(projectRoot, 'test');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.test.ts'));
  const own = files.filter((file) => tierOf(file) === tier);
  return own.sort().map((file) => join(folder, file));
}

function tierOf(file: string): Tier | undefined {
  const top = file.split(sep, 1)[0] ?? '';
  return tiers.find(({ folders }) => folders.includes(top)) ?? tiers.find(({ folders }) => folders.length === 0);
}
