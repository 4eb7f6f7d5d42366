import type { TaskDefinition } from '../../src/core/task.ts';
import { createTaskDefinition } from '../../src/scheduler/task-definition.ts';

/** The task of the usual case. */
export const definition: TaskDefinition = createTaskDefinition({
  baseUri: 'https://acme-v02.api.letsencrypt.org/',
  executable: 'C:\\Program Files\\wacs\\wacs.exe',
});

/** `Buffer` of UTF-16LE text with its mark. */
export function utf16(text: string): Uint8Array {
  return Buffer.from(`\ufeff${text}`, 'utf16le');
}
