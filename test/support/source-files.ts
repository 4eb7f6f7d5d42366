import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

const root = join(import.meta.dirname, '..', '..');
const specifiers = /(?:\bfrom|\bimport)\s*\(?\s*'([^']+)'/g;

/** One source file; paths are relative to the checkout, with slashes. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
  /** What it imports, types included: paths of our own files, names of packages and of Node's modules. */
  readonly imports: readonly string[];
}

/** All TypeScript files below a folder of the checkout. */
export function sourceFiles(folder: string): readonly SourceFile[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => posix.join(folder, name.replaceAll('\\', '/')))
    .filter((path) => path.endsWith('.ts'))
    .sort()
    .map((path) => {
      const text = readFileSync(join(root, path), 'utf8');
      return { path, text, imports: importsOf(path, text) };
    });
}

function importsOf(path: string, text: string): readonly string[] {
  const found = [...text.matchAll(specifiers)].map(([, specifier = '']) => specifier);
  return found.map((specifier) => (specifier.startsWith('.') ? posix.join(posix.dirname(path), specifier) : specifier));
}
