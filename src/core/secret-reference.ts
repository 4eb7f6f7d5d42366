const prefix = 'vault://';

/** Where a secret is kept in place of the text itself. */
export interface SecretReference {
  /** In lower case. */
  readonly vault: string;
  readonly key: string;
}

/** True for what is meant as a reference, well formed or not. */
export function looksLikeReference(text: string): boolean {
  return text.startsWith(prefix);
}

/** Reads `vault://NAME/KEY`; undefined for everything else. */
export function parseReference(text: string): SecretReference | undefined {
  const [, vault, key] = /^vault:\/\/([^/]+)\/(.+)$/s.exec(text) ?? [];
  return vault === undefined || key === undefined ? undefined : { vault: vault.toLowerCase(), key };
}
