import { type AcmeProblem, WacsError } from './errors.ts';
import type { ChallengeType } from './plugin.ts';

const prefix = 'urn:ietf:params:acme:error:';

/** Last part of an ACME problem type, such as `rateLimited`; the whole type when it is not an ACME one. */
export function problemName(problem: AcmeProblem): string {
  return problem.type.startsWith(prefix) ? problem.type.slice(prefix.length) : problem.type;
}

/** A problem as text: the CA's detail, each subproblem with its name, and the link for help. */
export function describeProblem(problem: AcmeProblem): string {
  const parts = (problem.subproblems ?? []).map((sub) => `${sub.identifier ?? 'unnamed'}: ${sub.detail}`);
  const links = linksOf(problem);
  const detail = problem.detail === '' ? (problem.title ?? 'no reason given') : problem.detail;
  return [
    `${oneLine(detail)} (${kindOf(problem)})`,
    ...parts.map((part) => oneLine(part)),
    ...(links.length === 0 ? [] : [`see ${links.join(' and ')}`]),
  ].join('; ');
}

/** A type that says nothing stands for the status (RFC 9457 section 4.2.1); inside an order it may have none. */
function kindOf(problem: AcmeProblem): string {
  const isBlank = problem.type === 'about:blank' && problem.status > 0;
  return isBlank ? `HTTP status ${problem.status}` : problemName(problem);
}

/** Where to read on. What the CA wants the user to do stands at the instance (RFC 8555 section 7.3.3). */
function linksOf(problem: AcmeProblem): readonly string[] {
  const { helpUrl, instance } = problem;
  const links = problemName(problem) === 'userActionRequired' ? [instance, helpUrl] : [helpUrl ?? instance];
  return links.filter((link) => link !== undefined);
}

/** The failure of a validation: the reason the CA gave for one name. @param type how it was validated, for the hint */
export function validationFailure(name: string, problem: AcmeProblem | undefined, type?: ChallengeType): WacsError {
  const reason = problem === undefined ? 'the CA gave no reason' : describeProblem(problem);
  return new WacsError('ValidationFailed', `cannot validate ${name}: ${reason}`, {
    hint: validationHint(name, problem, type),
    ...(problem === undefined ? {} : { problem }),
  });
}

/** Foreign text may carry line breaks or escape sequences; neither belongs in a log line. */
export function oneLine(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\s]+/g, ' ').trim();
}

function validationHint(name: string, problem: AcmeProblem | undefined, type: ChallengeType | undefined): string {
  const kind = problem === undefined ? '' : problemName(problem);
  if (kind === 'dns') return `Check the DNS records of ${name}: the CA asks public name servers.`;
  if (kind === 'caa') return `Check the CAA records of ${name}: they must allow this CA.`;
  if (type === 'dns-01') {
    const record = `_acme-challenge.${name.replace(/^\*\./, '')}`;
    return `Check what the public name servers answer for the TXT record ${record}; where they lag behind, raise Validation.DnsPropagationDelay in settings.json.`;
  }
  return `Check that ${name} points to this server and that the CA can reach it from the internet.`;
}
