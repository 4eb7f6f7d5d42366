import type { CsrPlugin, PluginDescriptor } from '../../core/plugin.ts';
import { keyFields, keyOptions, readKeyFields } from './key-options.ts';

/** CSR `ec`: an elliptic curve key, P-384 unless the settings say otherwise. */
export const ecCsr: PluginDescriptor<CsrPlugin> = {
  name: 'ec',
  description: 'elliptic curve key (curve from settings Csr.Ec.CurveName)',
  options: keyOptions,
  fromArguments: (values) => ({ plugin: 'ec', ...keyFields(values) }),
  create: (options, { defaults }) => ({
    key: { type: 'ec', curve: defaults.ecCurve },
    ...readKeyFields(options),
  }),
};
