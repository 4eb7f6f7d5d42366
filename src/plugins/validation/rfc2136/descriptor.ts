import { dnsPort } from '../../../core/dns.ts';
import { WacsError } from '../../../core/errors.ts';
import type { ValidationDescriptor } from '../../../core/plugin.ts';
import { integerField, requiredText } from '../../../core/stored-options.ts';
import { createDnsValidation } from '../dns-validation.ts';
import { lazyDnsProvider } from '../lazy-dns-provider.ts';
import { givenHash, requireKeyName, requireSecret, secretBytes, storedHash, usualHash } from './key-options.ts';

/** Validation `rfc2136`: dns-01 by dynamic updates of a DNS server (RFC 2136), such as BIND, Knot, PowerDNS. */
export const rfc2136Validation: ValidationDescriptor = {
  name: 'rfc2136',
  challengeTypes: ['dns-01'],
  description: 'dns-01 by dynamic updates (RFC 2136) of BIND and other DNS servers, signed with a TSIG key',
  options: [
    { ...text('serverhost', 'HOST', 'Name or address of the primary DNS server of the zone') },
    {
      name: 'serverport',
      type: 'integer',
      group: 'validation',
      range: [1, 65535],
      valueName: 'PORT',
      default: String(dnsPort),
      description: 'Port of the DNS server',
    },
    { ...text('tsigkeyname', 'NAME', 'Name of the TSIG key on the server') },
    { ...text('tsigkeysecret', 'BASE64', 'Secret of the TSIG key'), secret: true },
    {
      ...text(
        'tsigkeyalgorithm',
        'NAME',
        `Algorithm of the TSIG key: hmac-md5, hmac-sha1, hmac-sha224, hmac-sha256, hmac-sha384 or hmac-sha512 (default: hmac-${usualHash})`,
      ),
    },
  ],
  secretFields: ['tsigKeySecret'],
  fromArguments(values, protect) {
    const required = (name: string): string => {
      const value = values.text(name);
      if (value !== undefined) return value;
      throw new WacsError('UsageError', `--validation rfc2136 needs --${name}`, {
        hint: 'Give --serverhost, --tsigkeyname and --tsigkeysecret; in BIND the key stands in a key { } block.',
      });
    };
    return {
      plugin: 'rfc2136',
      serverHost: required('serverhost'),
      serverPort: values.integer('serverport') ?? dnsPort,
      tsigKeyName: requireKeyName(required('tsigkeyname')),
      tsigKeySecret: protect(requireSecret(required('tsigkeysecret'))),
      tsigKeyAlgorithm: `hmac-${givenHash(values.text('tsigkeyalgorithm'))}`,
    };
  },
  create(options, services) {
    const server = {
      host: requiredText(options, 'serverHost'),
      port: integerField(options, 'serverPort', { min: 1, max: 65535, fallback: dnsPort }),
    };
    const secret = requiredText(options, 'tsigKeySecret');
    const key = { name: requiredText(options, 'tsigKeyName'), hash: storedHash(options) };
    const provider = lazyDnsProvider(async () => {
      const { Rfc2136Provider } = await import('./provider.ts');
      const bytes = secretBytes(await services.revealSecret(secret));
      return new Rfc2136Provider({ server, key: { ...key, secret: bytes } }, services);
    });
    return createDnsValidation(provider, services);
  },
};

function text(name: string, valueName: string, description: string) {
  return { name, type: 'text', group: 'validation', valueName, description } as const;
}
