import { WacsError } from '../../../core/errors.ts';
import { fudgeSeconds, type ReplySignature, type TsigKey } from './tsig.ts';

/** What was attempted, where, and with which key. */
export interface Attempt {
  /** To stand after "refuses to": `add the TXT record NAME to the zone ZONE`. */
  readonly action: string;
  /** Server as people write it. */
  readonly server: string;
  readonly key: Pick<TsigKey, 'name' | 'hash'>;
  /** Name of the record. */
  readonly name: string;
}

const codeNames: Readonly<Record<number, string>> = {
  1: 'FORMERR',
  2: 'SERVFAIL',
  3: 'NXDOMAIN',
  4: 'NOTIMP',
  5: 'REFUSED',
  9: 'NOTAUTH',
  10: 'NOTZONE',
  16: 'BADSIG',
  17: 'BADKEY',
  18: 'BADTIME',
  22: 'BADTRUNC',
};

/**
 * The failure for a reply that says no (RFC 2136 section 2.2, RFC 8945 section 5.2).
 * @param code of the reply
 * @param signed the signature, where it has the reason
 */
export function refusalOf(
  attempt: Attempt,
  code: number,
  signed?: { readonly signature: ReplySignature; readonly nowSeconds: number },
): WacsError {
  const reason = signed?.signature.error ?? 0;
  const names = [code, ...(reason === 0 ? [] : [reason])].map((one) => codeNames[one] ?? `code ${one}`).join(', ');
  const serverSeconds = signed?.signature.serverSeconds;
  const clocks = serverSeconds === undefined ? '' : `; ${clockText(serverSeconds - (signed?.nowSeconds ?? 0))}`;
  return new WacsError(
    'ValidationSetupError',
    `the DNS server ${attempt.server} refuses to ${attempt.action}: ${names}${clocks}`,
    { hint: hintFor(reason === 0 ? code : reason, attempt) },
  );
}

/** The failure for a reply that nobody can trust. */
export function untrusted({ server, action, key }: Attempt, signature: ReplySignature | undefined): WacsError {
  const what = signature === undefined ? 'is not signed' : `is not signed with the key "${key.name}"`;
  return new WacsError('ValidationSetupError', `cannot ${action}: the reply of the DNS server ${server} ${what}`, {
    hint: 'Check that --serverhost is the server itself, with nothing in between that answers for it.',
  });
}

function clockText(difference: number): string {
  return `its clock is ${Math.abs(difference)} s ${difference < 0 ? 'behind' : 'ahead of'} that of this machine`;
}

function hintFor(code: number, { key, server, name }: Attempt): string {
  switch (codeNames[code]) {
    case 'BADKEY':
      return `Check --tsigkeyname and --tsigkeyalgorithm: ${server} has no key "${key.name}" for hmac-${key.hash}.`;
    case 'BADSIG':
      return `Check --tsigkeysecret: the key "${key.name}" has another secret on ${server}.`;
    case 'BADTIME':
      return `Set the clock of this machine or of ${server} (w32tm /resync): they may differ by ${fudgeSeconds} s.`;
    case 'REFUSED':
      return `Allow the key to change this record; in BIND: update-policy { grant "${key.name}" name ${name} TXT; };`;
    case 'NOTAUTH':
    case 'NOTZONE':
      return 'Check --serverhost: it must be the primary server of the zone.';
    case 'NOTIMP':
      return `Check --serverhost: ${server} takes no dynamic updates.`;
    case 'SERVFAIL':
      return `The log of ${server} has the reason; often it may not write the folder of the zone.`;
    default:
      return `The log of ${server} has the reason.`;
  }
}
