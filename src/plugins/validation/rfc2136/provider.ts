import { randomInt } from 'node:crypto';
import { type DnsProvider, type DnsServerAddress, isWithin, showDnsServer, type TxtRecord } from '../../../core/dns.ts';
import { WacsError } from '../../../core/errors.ts';
import type { PluginServices } from '../../../core/plugin.ts';
import { additionOf, removalOf, soaQuestion } from './messages.ts';
import { type Attempt, refusalOf, untrusted } from './refusal.ts';
import { readSignature, signMessage, type TsigKey } from './tsig.ts';

/** What a provider works with. */
export interface Rfc2136Options {
  readonly server: DnsServerAddress;
  readonly key: TsigKey;
}

type Services = Pick<PluginServices, 'dns' | 'clock' | 'log' | 'signal'>;

const authoritativeFlag = 0x0400;

/** TXT records by dynamic updates (RFC 2136), signed with a shared key (RFC 8945). */
export class Rfc2136Provider implements DnsProvider {
  readonly #options: Rfc2136Options;
  readonly #services: Services;
  /** Zones of the values that were made, or may have been: those that were refused need no removal. */
  readonly #made = new Map<string, string>();

  constructor(options: Rfc2136Options, services: Services) {
    this.#options = options;
    this.#services = services;
  }

  async createTxt(record: TxtRecord): Promise<void> {
    const { signal, log } = this.#services;
    const zone = await this.#findZone(record.name);
    log.verbose(`${record.name}: adding a TXT record to the zone ${zone} on ${this.#server}`);
    const attempt = this.#attempt(`add the TXT record ${record.name} to the zone ${zone}`, record.name);
    this.#made.set(keyOf(record), zone);
    const reply = await this.#exchange(additionOf(newId(), zone, record), attempt, signal);
    const code = codeOf(reply);
    if (code === 0) return;
    this.#made.delete(keyOf(record));
    throw refusalOf(attempt, code);
  }

  async deleteTxt(record: TxtRecord): Promise<void> {
    const zone = this.#made.get(keyOf(record));
    if (zone === undefined) return;
    const attempt = this.#attempt(`remove the TXT record ${record.name} from the zone ${zone}`, record.name);
    const code = codeOf(await this.#exchange(removalOf(newId(), zone, record), attempt));
    if (code !== 0) throw refusalOf(attempt, code);
    this.#made.delete(keyOf(record));
  }

  /** The zone of the server that the name lies in; signed, because a server may show its zones by key. */
  async #findZone(name: string): Promise<string> {
    const { decode } = await import('dns-packet');
    const attempt = this.#attempt(`tell the zone of ${name}`, name);
    for (let candidate = name; candidate !== ''; candidate = candidate.split('.').slice(1).join('.')) {
      const reply = await this.#exchange(soaQuestion(newId(), candidate), attempt, this.#services.signal);
      const packet = readOrRefuse(() => decode(reply), attempt);
      const isItsOwn = ((packet.flags ?? 0) & authoritativeFlag) !== 0;
      const records = isItsOwn ? [...(packet.answers ?? []), ...(packet.authorities ?? [])] : [];
      const zones = records
        .filter(({ type }) => type === 'SOA')
        .map((soa) => soa.name.toLowerCase().replace(/\.$/, ''));
      const zone = zones.find((one) => one !== '' && isWithin(name, one));
      if (zone !== undefined) return zone;
    }
    throw new WacsError('ValidationSetupError', `the DNS server ${this.#server} has no zone for ${name}`, {
      hint: 'Check --serverhost: it must be the primary server of the zone.',
    });
  }

  /** A signed exchange. Only an update that failed for its key, or one that cannot be trusted, is a failure here. */
  async #exchange(message: Buffer, attempt: Attempt, signal?: AbortSignal): Promise<Buffer> {
    const { dns, clock } = this.#services;
    const { key, server } = this.#options;
    const nowSeconds = Math.floor(clock.now().getTime() / 1000);
    const signed = signMessage(message, key, nowSeconds);
    const reply = Buffer.from(await dns.exchange(server, signed.bytes, signal));
    const code = codeOf(reply);
    const signature = readOrRefuse(() => readSignature(reply, key, { requestMac: signed.mac, nowSeconds }), attempt);
    if (signature !== undefined && signature.error !== 0) throw refusalOf(attempt, code, { signature, nowSeconds });
    // A refusal needs no proof: whoever forges one gains nothing that silence would not give.
    if (code === 0 && signature?.isGenuine !== true) throw untrusted(attempt, signature);
    return reply;
  }

  #attempt(action: string, name: string): Attempt {
    return { action, name, server: this.#server, key: this.#options.key };
  }

  get #server(): string {
    return showDnsServer(this.#options.server);
  }
}

function readOrRefuse<Value>(read: () => Value, { action, server }: Attempt): Value {
  try {
    return read();
  } catch (cause) {
    throw new WacsError('ValidationSetupError', `cannot ${action}: the reply of the DNS server ${server} is damaged`, {
      hint: 'Check --serverhost and --serverport: something else may answer there.',
      cause,
    });
  }
}

function codeOf(reply: Buffer): number {
  return reply.readUInt16BE(2) & 0xf;
}

function keyOf({ name, value }: TxtRecord): string {
  return `${name} ${value}`;
}

function newId(): number {
  return randomInt(0x10000);
}
