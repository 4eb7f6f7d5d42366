import type { HttpResponse } from '../../../core/ports.ts';
import type { ApiDialect } from '../dns-api.ts';
import { textAt } from '../dns-api-reply.ts';
import { elementsAt, xmlOrNothing } from './xml.ts';

/** Refusals that pass; Route 53 sends them with the status 400. */
const busyCodes = ['Throttling', 'ThrottlingException', 'RequestLimitExceeded', 'PriorRequestNotComplete'];
const unknownKey = ['InvalidClientTokenId', 'UnrecognizedClientException'];
const wrongSignature = ['SignatureDoesNotMatch', 'InvalidSignatureException', 'IncompleteSignature'];
const staleRequest = ['RequestExpired', 'RequestTimeTooSkewed'];
const denied = ['AccessDenied', 'AccessDeniedException'];

/** How a service of AWS with XML answers refuses. @param deniedHint what to do when permissions are missing */
export function awsDialect(service: string, deniedHint: string): ApiDialect {
  return {
    service,
    wordsOf(response) {
      const { code, message } = errorIn(response);
      return code === undefined ? message : `${message ?? 'no message'} (${code})`;
    },
    hintFor(response) {
      const code = errorIn(response).code ?? '';
      if (unknownKey.includes(code))
        return 'Check --route53accesskeyid: AWS does not know this key, or it is disabled.';
      if (wrongSignature.includes(code)) {
        return 'Check --route53secretaccesskey; if it is right, check date and time of this machine.';
      }
      if (staleRequest.includes(code)) return 'Check date and time of this machine: they are part of the signature.';
      if (denied.includes(code) || response.status === 403) return deniedHint;
      return 'Run this again; the state of the service is at https://health.aws.amazon.com.';
    },
    isBusy: (response) => busyCodes.includes(errorIn(response).code ?? ''),
  };
}

/** Code of a refusal; undefined when there is none. */
export function errorCodeOf(response: HttpResponse): string | undefined {
  return errorIn(response).code;
}

/** `ErrorResponse`, or `InvalidChangeBatch` with a list of messages. */
function errorIn(response: HttpResponse): { readonly code: string | undefined; readonly message: string | undefined } {
  const reply = xmlOrNothing(response);
  const messages = elementsAt(reply, 'InvalidChangeBatch', 'Messages', 'Message').map(String);
  if (messages.length > 0) return { code: 'InvalidChangeBatch', message: messages.join('; ') };
  const message = textAt(reply, 'ErrorResponse', 'Error', 'Message');
  // After the first line follows the request as it was to be signed, session token included.
  return { code: textAt(reply, 'ErrorResponse', 'Error', 'Code'), message: message?.split('\n')[0] };
}
