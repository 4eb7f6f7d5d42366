import { join } from 'node:path';
import { toWacsError, WacsError } from '../core/errors.ts';
import type { JsonPath } from '../core/plan-secrets.ts';
import { valueAt } from '../core/plan-secrets.ts';
import type { FileStore } from '../core/ports.ts';
import type { Reprotection } from '../core/reprotection.ts';
import { looksLikeReference } from '../core/secret-reference.ts';
import { parseJson } from './json-file.ts';
import { replaceTexts, type TextReplacement } from './replace-texts.ts';
import { type SecretFileKind, secretFileKinds, vaultFile } from './secret-files.ts';
import type { SecretProtection } from './secrets.ts';

/** What stored secrets are rewritten with. */
export interface ReprotectParts {
  /** Folder of all state. */
  readonly root: string;
  /** File of the vault, wherever it lies. */
  readonly vault: string;
  readonly files: FileStore;
  readonly secrets: SecretProtection;
  readonly encrypted: boolean;
  /** Secrets of a renewal, by what its plugins declare. */
  readonly placesInRenewal: SecretFileKind['placesIn'];
}

type Counts = { -readonly [Name in keyof Reprotection]: Reprotection[Name] } & { readonly failures: string[] };

/**
 * Brings every stored secret of all CAs into the form that settings ask for. Each file is replaced as a whole and only
 * where a secret has another form; nothing else in it changes. Whatever is not rewritten stays as it was, and both forms
 * can be read at any time, so a run that was killed is simply repeated.
 */
export async function reprotect(parts: ReprotectParts): Promise<Reprotection> {
  const counts: Counts = { encrypted: parts.encrypted, files: 0, rewritten: 0, kept: 0, references: 0, failures: [] };
  const kinds = secretFileKinds(parts.placesInRenewal);
  for (const { path, kind } of [{ path: parts.vault, kind: vaultFile }, ...(await secretFiles(parts, kinds))]) {
    try {
      await reprotectFile(path, kind, { ...parts, counts });
    } catch (error) {
      counts.failures.push(toWacsError(error).message);
    }
  }
  return counts;
}

interface Found {
  readonly path: string;
  readonly kind: Pick<SecretFileKind, 'placesIn'>;
}

async function secretFiles({ root, files }: ReprotectParts, kinds: readonly SecretFileKind[]): Promise<Found[]> {
  const found: Found[] = [];
  for (const path of await filesBelow(root, files)) {
    const kind = kinds.find(({ name }) => name.test(path.replace(/^.*[\\/]/, '')));
    if (kind !== undefined) found.push({ path, kind });
  }
  return found;
}

/** Folders of the state are at most this far down. */
const deepestFolder = 4;

async function filesBelow(folder: string, files: FileStore, depth = 0): Promise<string[]> {
  const entries = await files.entries(folder);
  const paths: string[] = [];
  for (const { name, isFolder } of [...entries].sort((left, right) => (left.name < right.name ? -1 : 1))) {
    const path = join(folder, name);
    if (!isFolder) paths.push(path);
    else if (depth < deepestFolder) paths.push(...(await filesBelow(path, files, depth + 1)));
  }
  return paths;
}

async function reprotectFile(
  path: string,
  kind: Found['kind'],
  { files, secrets, counts }: ReprotectParts & { counts: Counts },
): Promise<void> {
  const text = await files.readText(path);
  if (text === undefined) return;
  const content = parseJson(path, text);
  const { places, doubts } = kind.placesIn(content);
  counts.failures.push(...doubts.map((doubt) => `${path}: ${doubt}`));
  const replacements = places.flatMap((place) =>
    renewed(path, place, String(valueAt(content, place)), secrets, counts),
  );
  if (replacements.length === 0) return;
  const after = await replaceTexts(text, replacements);
  const rewritten = parseJson(path, after);
  if (replacements.some(({ place, text: wished }) => valueAt(rewritten, place) !== wished))
    throw new WacsError('ConfigurationError', `cannot use ${path}: it has a name twice`, {
      hint: 'Remove one of the two.',
    });
  await files.writeAtomic(path, after, { private: true });
  counts.files += 1;
  counts.rewritten += replacements.length;
}

function renewed(
  path: string,
  place: JsonPath,
  stored: string,
  secrets: SecretProtection,
  counts: Counts,
): TextReplacement[] {
  if (looksLikeReference(stored)) {
    counts.references += 1;
    return [];
  }
  try {
    const plain = secrets.reveal(stored);
    if (!secrets.isInForm(stored)) return [{ place, text: secrets.protect(plain) }];
    counts.kept += 1;
  } catch (error) {
    counts.failures.push(`${path}, "${place.join('.')}": ${toWacsError(error).message}`);
  }
  return [];
}
