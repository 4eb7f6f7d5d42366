/** A TXT record for a challenge. */
export interface TxtRecord {
  /** Absolute name in A-label form, lower case, without a final dot, such as `_acme-challenge.www.example.com`. */
  readonly name: string;
  readonly value: string;
}

/** A DNS service that holds TXT records; what a dns-01 plugin is made of. */
export interface DnsProvider {
  /**
   * Adds one value and leaves all others of the name alone: a wildcard and its apex need two at once. MUST be
   * repeatable, and MUST be safe side by side. @throws WacsError ValidationSetupError.
   */
  createTxt(record: TxtRecord): Promise<void>;
  /** Removes that value and only that; nothing happens when it is not there. @throws WacsError ValidationSetupError. */
  deleteTxt(record: TxtRecord): Promise<void>;
}

/** Questions to the DNS. Every wait is bounded. */
export interface DnsClient {
  /**
   * The name at the end of the CNAMEs that start at a name, itself without any: delegation of `_acme-challenge`.
   * @throws WacsError ValidationSetupError for a loop or when no server answers.
   */
  followAliases(name: string): Promise<string>;
  /** The zone a name lies in: the nearest name above, or itself, that has an SOA. @throws WacsError ValidationSetupError. */
  findZone(name: string): Promise<string>;
  /**
   * Waits until every authoritative server of the zone answers with the value.
   * @throws WacsError ValidationSetupError naming the servers that do not, at the limit.
   */
  waitForTxt(record: TxtRecord): Promise<void>;
}
