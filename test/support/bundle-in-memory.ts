import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const root = join(import.meta.dirname, '..', '..');

/** The part of esbuild's metafile that tests use. */
export interface Metafile {
  readonly inputs: Readonly<Record<string, { readonly imports: readonly MetafileImport[] }>>;
  /** The chunks, by path, with the modules in each. */
  readonly outputs: Readonly<Record<string, { readonly inputs: Readonly<Record<string, object>> }>>;
}

/** One import as it stands in the bundle: types are gone. */
export interface MetafileImport {
  readonly path: string;
  readonly kind: string;
  readonly external?: boolean;
}

/** A bundle of the sources as they are now. */
export interface FreshBundle {
  readonly text: string;
  readonly metafile: Metafile;
}

type BuildBundle = (project: object) => Promise<void>;
type ReadProject = (root: string) => object;

/** Bundles by the project's own build step, away from `dist`, so that an old bundle cannot prove anything. */
export async function bundleSources(): Promise<FreshBundle> {
  const [{ buildBundle }, { readProject }] = await Promise.all([
    load<{ buildBundle: BuildBundle }>('bundle.mjs'),
    load<{ readProject: ReadProject }>('project.mjs'),
  ]);
  const folder = await mkdtemp(join(tmpdir(), 'wacs-bundle-'));
  try {
    const bundle = join(folder, 'wacs.cjs');
    const metafile = join(folder, 'wacs.meta.json');
    await buildBundle({ ...readProject(root), bundle, metafile });
    return { text: await readFile(bundle, 'utf8'), metafile: JSON.parse(await readFile(metafile, 'utf8')) as Metafile };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function load<Module>(name: string): Promise<Module> {
  return import(pathToFileURL(join(root, '.build', name)).href) as Promise<Module>;
}
