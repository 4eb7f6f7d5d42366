/** Shorter values would blank out ordinary words. */
const shortestSecret = 4;
/** Lines of a multi-line secret (a PEM key) are secrets of their own from this length on. */
const shortestLine = 16;

/** Blanks out registered secrets. */
export interface Redactor {
  /** Registers a secret with the forms it takes in Base64, URLs and JSON; less than 4 characters are ignored. */
  add(secret: string): void;
  /** The text with `***` for every registered secret. */
  redact(text: string): string;
}

/** A redactor without secrets. */
export function createRedactor(): Redactor {
  const forms = new Set<string>();
  let pattern: RegExp | undefined;
  return {
    add(secret) {
      for (const form of formsOf(secret)) forms.add(form);
      pattern = undefined;
    },
    redact(text) {
      if (forms.size === 0) return text;
      pattern ??= patternOf(forms);
      return text.replaceAll(pattern, '***');
    },
  };
}

function formsOf(secret: string): string[] {
  const plain = [secret, secret.trim(), ...linesOf(secret)].filter((form) => form.length >= shortestSecret);
  return plain.flatMap((form) => [form, ...encodedForms(form)]);
}

function linesOf(secret: string): string[] {
  const lines = secret.split(/\r?\n/);
  if (lines.length === 1) return [];
  return lines.map((line) => line.trim()).filter((line) => line.length >= shortestLine && !line.startsWith('-----'));
}

function encodedForms(text: string): string[] {
  const bytes = Buffer.from(text, 'utf8');
  const base64 = bytes.toString('base64');
  const percent = encodeURIComponent(text.toWellFormed());
  const form = new URLSearchParams({ x: text }).toString().slice('x='.length);
  const json = JSON.stringify(text).slice(1, -1);
  return [base64.replace(/=+$/, ''), base64, bytes.toString('base64url'), percent, form, json];
}

/** Longest first: a secret that contains another one must not leave its rest behind. */
function patternOf(forms: ReadonlySet<string>): RegExp {
  const sorted = [...forms].sort((left, right) => right.length - left.length);
  return new RegExp(sorted.map((form) => form.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')).join('|'), 'g');
}
