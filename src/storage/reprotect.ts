import { join, relative } from 'node:path';
import { restate, toWacsError, WacsError } from '../core/errors.ts';
import type { JsonPath } from '../core/plan-secrets.ts';
import { valueAt } from '../core/plan-secrets.ts';
import type { FileStore } from '../core/ports.ts';
import type { Reprotection } from '../core/reprotection.ts';
import { looksLikeReference } from '../core/secret-reference.ts';
import { parseJson } from './json-file.ts';
import { replaceTexts, type TextReplacement } from './replace-texts.ts';
import { type FindSecrets, hasEncrypted, inVault, type SecretFile, secretFiles } from './secret-files.ts';
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
  readonly placesInRenewal: FindSecrets;
}

type Counts = { -readonly [Name in keyof Reprotection]: Reprotection[Name] } & { readonly failures: WacsError[] };

/**
 * Brings every stored secret of all CAs into the form that settings ask for. Each file is replaced as a whole and only
 * where a secret has another form; nothing else in it changes. Whatever is not rewritten stays as it was, and both forms
 * can be read at any time, so a run that was killed is simply repeated.
 */
export async function reprotect(parts: ReprotectParts): Promise<Reprotection> {
  const counts: Counts = { encrypted: parts.encrypted, files: 0, rewritten: 0, kept: 0, references: 0, failures: [] };
  const fileAt = secretFiles(parts.placesInRenewal);
  const visit = async (path: string, file: SecretFile): Promise<void> => {
    try {
      await reprotectFile(path, file, { ...parts, counts });
    } catch (error) {
      counts.failures.push(toWacsError(error));
    }
  };
  await visit(parts.vault, { kind: 'places', find: inVault });
  for (const path of await filesBelow(parts.root, parts.files)) {
    const file = fileAt(relative(parts.root, path).replaceAll('\\', '/'));
    if (path !== parts.vault && file !== undefined) await visit(path, file);
  }
  return counts;
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
  file: SecretFile,
  { files, secrets, counts }: ReprotectParts & { counts: Counts },
): Promise<void> {
  const text = await files.readText(path);
  if (text === undefined) return;
  if (file.kind === 'foreign') {
    // Where encryption is wished, nothing needs to be done there.
    if (!counts.encrypted && hasEncrypted(text))
      counts.failures.push(doubted(path, `it has an encrypted secret, and ${file.doubt}`));
    return;
  }
  const content = parseJson(path, text);
  const { places, doubts } = file.find(content);
  counts.failures.push(...doubts.map((doubt) => doubted(path, doubt)));
  const replacements = places.flatMap((place) =>
    renewed(path, place, String(valueAt(content, place)), secrets, counts),
  );
  if (replacements.length === 0) return;
  await files.writeAtomic(path, await replaced(path, text, replacements), { private: true });
  counts.files += 1;
  counts.rewritten += replacements.length;
}

/** Of a name that stands twice, only one would be replaced. */
async function replaced(path: string, text: string, replacements: readonly TextReplacement[]): Promise<string> {
  const after = await replaceTexts(text, replacements);
  const content = parseJson(path, after);
  if (replacements.every(({ place, text: wished }) => valueAt(content, place) === wished)) return after;
  throw doubted(path, 'the name of a secret stands in it twice');
}

function doubted(path: string, doubt: string): WacsError {
  return new WacsError('ConfigurationError', `${path} was not rewritten: ${doubt}`, {
    hint: 'Correct the file by hand. In settings, put a reference to the vault in place of the secret.',
  });
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
    const failure = toWacsError(error);
    counts.failures.push(restate(failure, `${path}, "${place.join('.')}": ${failure.message}`));
  }
  return [];
}
