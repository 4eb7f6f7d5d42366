// The ASN.1 part of node-forge, loaded alone: a fifth of the time of the whole package. Its types come from the whole.
declare module 'node-forge/lib/asn1.js' {
  import { asn1 } from 'node-forge';
  export = asn1;
}
