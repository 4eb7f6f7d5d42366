/** What is used of acme-client, for import(): of a CommonJS package, a split bundle gives it the default export only. */
export { Client } from 'acme-client';
