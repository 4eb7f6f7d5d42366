import type { DnsProvider, TxtRecord } from '../../../core/dns.ts';
import { type ApiServices, DnsApi } from '../dns-api.ts';
import { longestZones, namesText } from '../dns-zones.ts';
import { inTurn } from '../in-turn.ts';
import { remember } from '../remember.ts';
import { type HostedZone, Route53Client } from './client.ts';
import { type CredentialChoice, CredentialSource } from './credentials.ts';
import { awsDialect } from './dialect.ts';
import type { AwsEndpoints } from './endpoints.ts';
import { type ChangeInfo, emptyRecordSet, quoted } from './record-set.ts';

/** How long a change may take until all servers of Route 53 have it; usually it takes less than 60 s. */
const propagationLimitMs = 240_000;
const pollIntervalMs = 5_000;
/** How often a change is tried again that another program has overwritten or anticipated. */
const mostCollisions = 5;

const permissions =
  'The IAM policy must allow route53:ListHostedZones and route53:GetChange, and for the zone route53:ListResourceRecordSets and route53:ChangeResourceRecordSets.';
const trust = 'The trust policy of the role must allow these credentials sts:AssumeRole; check --route53arnrole.';
const onInstance = 'Check that this is an EC2 instance with an IAM role, or give --route53accesskeyid.';

/** How the provider reaches the account. */
export interface Route53ProviderAccess extends CredentialChoice {
  readonly endpoints: AwsEndpoints;
  readonly services: ApiServices;
}

/**
 * TXT records in public hosted zones of Route 53. A record set is changed as a whole, so it is read before and its other
 * values stay. Several public zones may have the same name, of which only one is delegated to: all are changed.
 */
export class Route53Provider implements DnsProvider {
  readonly #access: Route53ProviderAccess;
  readonly #api: DnsApi;
  readonly #credentials: CredentialSource;
  readonly #zones = new Map<string, Promise<readonly HostedZone[]>>();

  constructor(access: Route53ProviderAccess) {
    const { services, endpoints } = access;
    const secrets = new Set<string>();
    this.#access = access;
    this.#api = new DnsApi(awsDialect('Route 53', permissions), services, secrets);
    this.#credentials = new CredentialSource(access, {
      endpoints,
      sts: new DnsApi(awsDialect('AWS STS', trust), services, secrets),
      metadata: new DnsApi(
        {
          service: 'the metadata service of EC2',
          wordsOf: () => undefined,
          hintFor: () => onInstance,
          unreachableHint: onInstance,
        },
        services,
        secrets,
      ),
      clock: services.clock,
    });
  }

  async createTxt(record: TxtRecord): Promise<void> {
    const client = this.#open(this.#api);
    const zones = await this.#zonesOf(record.name, client);
    await Promise.all(zones.map((zone) => this.#add(zone, record, client)));
  }

  async deleteTxt(record: TxtRecord): Promise<void> {
    const client = this.#open(this.#api.forCleanUp());
    const zones = await this.#zonesOf(record.name, client);
    await Promise.all(zones.map((zone) => this.#remove(zone, record, client)));
  }

  #open(api: DnsApi): Route53Client {
    const { endpoints, services } = this.#access;
    const credentials = () => this.#credentials.get();
    return new Route53Client({ api, endpoints, credentials, clock: services.clock });
  }

  async #zonesOf(recordName: string, client: Route53Client): Promise<readonly HostedZone[]> {
    const all = await remember(this.#zones, 'all', () => client.listZones());
    const zones = longestZones(all, recordName);
    if (zones.length > 0) return zones;
    throw this.#api.failure(
      `find the hosted zone of ${recordName}`,
      `it lies in none of the public hosted zones of this account: ${namesText(all.map(({ name }) => name))}`,
      'Check that the access key or role belongs to the account with the zone.',
    );
  }

  /** Another program may replace the set between reading and writing: Route 53 knows no condition for a change. */
  async #add(zone: HostedZone, record: TxtRecord, client: Route53Client): Promise<void> {
    for (let attempt = 0; attempt < mostCollisions; attempt += 1) {
      const change = await this.#upsert(zone, record, client);
      if (change === undefined) return;
      await this.#untilInSync(change, zone, client);
    }
    throw this.#api.failure(
      `add a TXT record ${record.name} to the hosted zone ${zone.name}`,
      `it was overwritten ${mostCollisions} times`,
      'See which other program changes this record.',
    );
  }

  /** Undefined when the value is there. */
  #upsert(zone: HostedZone, { name, value }: TxtRecord, client: Route53Client): Promise<ChangeInfo | undefined> {
    return inTurn(this.#turnKey(zone, name), async () => {
      const set = (await client.readTxt(zone, name)) ?? emptyRecordSet;
      if (set.values.includes(quoted(value))) return undefined;
      return client.change('UPSERT', zone, { name, set: { ...set, values: [...set.values, quoted(value)] } });
    });
  }

  async #untilInSync(change: ChangeInfo, zone: HostedZone, client: Route53Client): Promise<void> {
    const { clock, signal } = this.#access.services;
    const end = clock.now().getTime() + propagationLimitMs;
    for (let current = change; !current.inSync; current = await client.readChange(change.id, zone)) {
      if (clock.now().getTime() >= end) {
        throw this.#api.failure(
          `publish a change of the hosted zone ${zone.name}`,
          `after ${propagationLimitMs / 1000} s Route 53 still says that it is pending`,
          'Run this again later; the state of the service is at https://health.aws.amazon.com.',
        );
      }
      await clock.sleep(pollIntervalMs, signal);
    }
  }

  #remove(zone: HostedZone, { name, value }: TxtRecord, client: Route53Client): Promise<void> {
    return inTurn(this.#turnKey(zone, name), async () => {
      for (let attempt = 0; attempt < mostCollisions; attempt += 1) {
        const set = await client.readTxt(zone, name);
        if (set === undefined || !set.values.includes(quoted(value))) return;
        const values = set.values.filter((other) => other !== quoted(value));
        const change =
          values.length === 0
            ? await client.change('DELETE', zone, { name, set })
            : await client.change('UPSERT', zone, { name, set: { ...set, values } });
        if (change !== undefined) return;
      }
      throw this.#api.failure(
        `delete the TXT record ${name} in the hosted zone ${zone.name}`,
        `it was changed by others ${mostCollisions} times`,
        'See which other program changes this record, and remove the value by hand.',
      );
    });
  }

  #turnKey(zone: HostedZone, name: string): string {
    return `${this.#access.endpoints.route53} ${zone.id} ${name}`;
  }
}
