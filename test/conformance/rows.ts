import type { Row } from './row.ts';
import { accounts, externalBinding, revocation } from './rows/accounts.ts';
import { chains, keyTypes, wrongCertificates } from './rows/certificates.ts';
import { dnsValidation, persistentValidation } from './rows/dns.ts';
import { brokenConnections, changedTerms, limits, problems, profiles, slowOrders } from './rows/refusals.ts';
import { movedDirectory, predecessors, renewalInfo } from './rows/renewal-info.ts';
import {
  blockedName,
  dueAndDeployment,
  failedChallenge,
  interruptions,
  noncesAndReuse,
  shortLifetime,
} from './rows/runs.ts';
import { httpValidation, tlsValidation, unusualAuthorizations } from './rows/validation.ts';

/** The conformance matrix, by number. */
export const rows: readonly Row[] = [
  accounts,
  httpValidation,
  dnsValidation,
  tlsValidation,
  keyTypes,
  chains,
  noncesAndReuse,
  externalBinding,
  revocation,
  blockedName,
  failedChallenge,
  dueAndDeployment,
  interruptions,
  shortLifetime,
  renewalInfo,
  predecessors,
  profiles,
  limits,
  changedTerms,
  slowOrders,
  problems,
  brokenConnections,
  unusualAuthorizations,
  wrongCertificates,
  movedDirectory,
  persistentValidation,
];
