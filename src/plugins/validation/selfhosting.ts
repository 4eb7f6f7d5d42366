import type { ValidationDescriptor } from '../../core/plugin.ts';
import { integerField } from '../../core/stored-options.ts';
import { httpRefusal } from './http-refusal.ts';

const defaultPort = 80;

/** Validation `selfhosting`: http-01 with a listener of our own (RFC 8555 section 8.3). */
export const selfhostingValidation: ValidationDescriptor = {
  name: 'selfhosting',
  challengeTypes: ['http-01'],
  description: 'http-01 by a listener of wacs itself',
  options: [
    {
      name: 'validationport',
      type: 'integer',
      group: 'validation',
      range: [1, 65535],
      valueName: 'PORT',
      default: String(defaultPort),
      description: 'Port to listen on; the CA always connects to port 80, so another port needs a forwarding rule',
    },
  ],
  fromArguments: (values) => ({ plugin: 'selfhosting', port: values.integer('validationport') ?? defaultPort }),
  create(options, { httpChallenges }) {
    const port = integerField(options, 'port', { min: 1, max: 65535, fallback: defaultPort });
    return {
      challengeType: 'http-01',
      refusal: httpRefusal,
      prepare: ({ token, keyAuthorization }) => httpChallenges.publish(port, token, keyAuthorization),
      cleanUp: ({ token }) => httpChallenges.withdraw(port, token),
    };
  },
};
