import type { Identifier } from './identifier.ts';
import type { JsonObject } from './json.ts';

/** Options of one plugin as stored: its name and its own fields. */
export interface PluginOptions extends JsonObject {
  readonly plugin: string;
}

/** What the administrator asked for; everything else in a renewal is derived or recorded. */
export interface RenewalPlan {
  readonly source: PluginOptions;
  readonly validation: PluginOptions;
  readonly order: PluginOptions;
  /** Absent when the source brings a certificate request of its own. */
  readonly csr?: PluginOptions;
  readonly store: readonly PluginOptions[];
  readonly installation: readonly PluginOptions[];
  readonly profile?: string;
  readonly preferredIssuer?: string;
  /** Name of the account at the CA; absent for the one without a name. */
  readonly account?: string;
}

/** A renewal: a plan, and what has become of it. Stored as `{id}.renewal.json`. */
export interface Renewal {
  readonly id: string;
  readonly friendlyName: string;
  readonly plan: RenewalPlan;
  /** Settings that hold for this renewal alone, as an administrator has put them into its file. */
  readonly settings?: JsonObject;
  /** Of the only certificate; empty when there are parts. */
  readonly state: RenewalState;
  /** The certificates of an order of several; absent otherwise. */
  readonly parts?: readonly RenewalPart[];
  readonly history: readonly HistoryEntry[];
}

/** One of several certificates of a renewal: due, ordered, deployed and failing on its own. */
export interface RenewalPart {
  /** From the order plugin, such as the host; unique in the renewal. */
  readonly name: string;
  readonly state: RenewalState;
}

/** What is remembered between runs. */
export interface RenewalState {
  /** The certificate in use. */
  readonly certificate?: CertificateState;
  /** Renewal information of the CA, as of the last question. */
  readonly renewalInfo?: RenewalInfoState;
  /** Failures since the last success. */
  readonly failures?: FailureState;
}

/** The stored certificate and how far its deployment came. */
export interface CertificateState {
  readonly thumbprint: string;
  readonly identifiers: readonly Identifier[];
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** Fingerprint of what was asked for (names, key, profile); another one makes the renewal due. */
  readonly planKey: string;
  readonly renewalInfoId?: string;
  /** What this certificate replaces, until it is deployed: scripts that exchange one for the other need both. */
  readonly previous?: PreviousCertificate;
  /** Thumbprints of earlier certificates that stores have still to drop: never deployed, or held fast at the time. */
  readonly superseded?: readonly string[];
  /** True once every store and installation step has succeeded with this certificate. */
  readonly deployed: boolean;
  readonly revoked?: boolean;
  /** The key counts as compromised: the next certificate gets another one, whatever the plan says. */
  readonly retireKey?: boolean;
}

/** The certificate a script finds in use. */
export interface PreviousCertificate {
  readonly commonName: string;
  readonly friendlyName: string;
  readonly thumbprint: string;
  /** Known of a certificate that was deployed. */
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  readonly revoked?: boolean;
}

/** Window of RFC 9773 and the moment drawn in it. */
export interface RenewalInfoState {
  readonly certificateId: string;
  readonly windowStart?: Date;
  readonly windowEnd?: Date;
  /** Drawn once in the window and kept until the window changes. */
  readonly selectedMoment?: Date;
  readonly explanationUrl?: string;
  readonly askAgainAt: Date;
  /** The CA has moved the window forward, which announces trouble such as a revocation. */
  readonly hurried?: boolean;
  /** Questions in a row that had no usable answer. */
  readonly failures?: number;
}

/** Failures counted since the last success. */
export interface FailureState {
  readonly count: number;
  readonly lastAt: Date;
  readonly code: string;
  readonly message: string;
  /** The CA's "not before"; no attempt earlier. */
  readonly retryAt?: Date;
}

/** One run's outcome for a certificate. */
export interface HistoryEntry {
  readonly date: Date;
  /** Which of several certificates. */
  readonly part?: string;
  readonly result: 'renewed' | 'deployed' | 'failed' | 'revoked';
  readonly thumbprint?: string;
  readonly notAfter?: Date;
  readonly code?: string;
  readonly message?: string;
}

/** Entries of the history that are kept for the only certificate of a renewal, and for each of several. */
export const historyLimit = 60;
export const partHistoryLimit = 20;
