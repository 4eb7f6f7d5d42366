import * as v from 'valibot';

/** Settings `Csr`: sizes of new keys. */
export const csrSettings = v.looseObject({
  Rsa: v.optional(v.looseObject({ KeyBits: v.optional(v.picklist([2048, 3072, 4096]), 3072) }), {}),
  Ec: v.optional(v.looseObject({ CurveName: v.optional(v.picklist(['secp256r1', 'secp384r1']), 'secp384r1') }), {}),
});
