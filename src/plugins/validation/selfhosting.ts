import { WacsError } from '../../core/errors.ts';
import type { OptionValues, PluginServices, ValidationDescriptor, ValidationPlugin } from '../../core/plugin.ts';
import type { PluginOptions } from '../../core/renewal.ts';
import { booleanField, integerField } from '../../core/stored-options.ts';
import { challengeTypeField, storedChallengeType } from './challenge-type.ts';
import { httpRefusal, wildcardRefusal } from './http-refusal.ts';

const challengeTypes = ['http-01', 'tls-alpn-01'] as const;
/** Where a CA connects to, or for https is redirected to. */
const defaultPorts = { http: 80, https: 443, tls: 443 } as const;

/** Validation `selfhosting`: http-01 (RFC 8555 section 8.3) or tls-alpn-01 (RFC 8737) with a listener of our own. */
export const selfhostingValidation: ValidationDescriptor = {
  name: 'selfhosting',
  challengeTypes,
  description: 'http-01 or tls-alpn-01 by a listener of wacs itself',
  options: [
    {
      name: 'validationport',
      type: 'integer',
      group: 'validation',
      range: [1, 65535],
      valueName: 'PORT',
      description:
        'Port to listen on (default: 80, or 443 for https and tls-alpn-01); the CA always connects to port 80, or 443 for tls-alpn-01, so another port needs a forwarding rule',
    },
    {
      name: 'validationprotocol',
      type: 'text',
      group: 'validation',
      valueName: 'PROTOCOL',
      values: ['http', 'https'],
      default: 'http',
      description: 'https where every request to port 80 is redirected to https before it gets here; only for http-01',
    },
  ],
  fromArguments,
  create(options, services) {
    return storedChallengeType(options, challengeTypes) === 'http-01'
      ? answerHttp(options, services)
      : answerTls(options, services);
  },
};

function fromArguments(values: OptionValues): PluginOptions {
  const mode = challengeTypeField(values);
  const https = values.text('validationprotocol') === 'https';
  const tls = mode.challengeType === 'tls-alpn-01';
  if (tls && https) {
    throw new WacsError(
      'UsageError',
      '--validationprotocol https and --validationmode tls-alpn-01 cannot be combined',
      {
        hint: 'Leave --validationprotocol out: it says how http-01 is answered.',
      },
    );
  }
  const port = values.integer('validationport') ?? defaultPorts[tls ? 'tls' : https ? 'https' : 'http'];
  return { plugin: 'selfhosting', ...mode, port, ...(https ? { https } : {}) };
}

function answerHttp(options: PluginOptions, { httpChallenges }: PluginServices): ValidationPlugin {
  const protocol = booleanField(options, 'https') ? 'https' : 'http';
  const port = portOf(options, defaultPorts[protocol]);
  return {
    challengeType: 'http-01',
    refusal: httpRefusal,
    prepare: ({ token, keyAuthorization }) => httpChallenges.publish(port, token, keyAuthorization, protocol),
    cleanUp: ({ token }) => httpChallenges.withdraw(port, token),
  };
}

function answerTls(options: PluginOptions, { tlsChallenges }: PluginServices): ValidationPlugin {
  const port = portOf(options, defaultPorts.tls);
  return {
    challengeType: 'tls-alpn-01',
    refusal: (identifier) => wildcardRefusal(identifier, 'tls-alpn-01'),
    prepare: ({ identifier, keyAuthorization }) => tlsChallenges.publish(port, identifier, keyAuthorization),
    cleanUp: ({ identifier, keyAuthorization }) => tlsChallenges.withdraw(port, identifier, keyAuthorization),
  };
}

function portOf(options: PluginOptions, fallback: number): number {
  return integerField(options, 'port', { min: 1, max: 65535, fallback });
}
