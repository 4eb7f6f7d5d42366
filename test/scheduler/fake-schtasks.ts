import { readFileSync } from 'node:fs';
import { XmlDocument, XsdValidator } from 'libxml2-wasm';
import type { ProcessRequest, ProcessRunner } from '../../src/core/ports.ts';
import { type Answer, type MemoryFiles, resultOf } from './fakes.ts';
import { utf16 } from './samples.ts';

type Verb = '/Create' | '/Query' | '/Delete';

/** schtasks.exe with the service behind it, in memory. */
export interface FakeSchtasks extends ProcessRunner {
  /** Stored documents by task name. */
  readonly tasks: Map<string, string>;
  readonly requests: ProcessRequest[];
  /** Answers given instead of doing the verb; several for one verb are used up one by one. */
  readonly answers: { readonly verb: Verb; readonly answer: Answer }[];
  /** What the service makes of a document it stores. */
  rewrite: (xml: string) => string;
  /** Bytes of what a query prints. */
  encode: (xml: string) => Uint8Array;
}

const fileNotFound = 0x80070002;
const unexpectedNode = 0x80041316;
const malformed = 0x8004131a;

/**
 * A double that follows what is known of schtasks: it accepts UTF-16LE with a byte order mark only, validates against
 * the schema, replaces with /F in one step, rewrites what it stores, and prints a Tasks root.
 */
export function createFakeSchtasks(files: MemoryFiles): FakeSchtasks {
  const fake: FakeSchtasks = {
    tasks: new Map(),
    requests: [],
    answers: [],
    rewrite: asServiceStores,
    encode: utf16,
    async run(request) {
      fake.requests.push(request);
      const [verb] = request.args;
      const index = fake.answers.findIndex((item) => item.verb === verb);
      const [planned] = index < 0 ? [] : fake.answers.splice(index, 1);
      return resultOf(planned?.answer ?? perform(fake, files, request.args));
    },
  };
  return fake;
}

function perform(fake: FakeSchtasks, files: MemoryFiles, args: readonly string[]): Answer {
  const name = argumentAfter(args, '/TN') ?? '';
  if (!args.includes('/HRESULT')) return { exitCode: 1 };
  if (args[0] === '/Create') return create(fake, name, files.content.get(argumentAfter(args, '/XML') ?? ''));
  const xml = fake.tasks.get(name);
  if (xml === undefined)
    return { exitCode: fileNotFound, stderr: Buffer.from('FEJL: filen blev ikke fundet \xe6\xf8\xe5', 'latin1') };
  if (args[0] === '/Delete') return { exitCode: fake.tasks.delete(name) ? 0 : 1 };
  return { stdout: fake.encode(asPrinted(name, xml)) };
}

function create(fake: FakeSchtasks, name: string, bytes: Uint8Array | undefined): Answer {
  if (bytes === undefined) return { exitCode: fileNotFound };
  if (bytes[0] !== 0xff || bytes[1] !== 0xfe) return { exitCode: malformed };
  if (!isValidTask(bytes)) return { exitCode: unexpectedNode };
  fake.tasks.set(name, fake.rewrite(new TextDecoder('utf-16le').decode(bytes)));
  return { exitCode: 0 };
}

/** True when the bytes are a task document of the schema. */
export function isValidTask(bytes: Uint8Array): boolean {
  return schemaProblem(bytes) === undefined;
}

/** What the schema has against a document; undefined when it is valid. */
export function schemaProblem(bytes: Uint8Array): string | undefined {
  using schema = XmlDocument.fromString(schemaText());
  using validator = XsdValidator.fromDoc(schema);
  try {
    using document = XmlDocument.fromBuffer(bytes);
    validator.validate(document);
    return undefined;
  } catch (error) {
    return String(error);
  }
}

/**
 * The wildcard of WnfStateChangeTrigger, which no task here has, makes the schema ambiguous, and libxml2 refuses such
 * schemas; restricted to other namespaces it is not.
 */
function schemaText(): string {
  const text = readFileSync(new URL('../fixtures/task-scheduler-2.xsd', import.meta.url), 'utf8');
  return text
    .replace(/^\ufeff/, '')
    .replace('<xs:any minOccurs="0" />', '<xs:any namespace="##other" minOccurs="0" />');
}

/** Other spellings of the same values, and defaults left out, as the service may do. */
function asServiceStores(xml: string): string {
  return xml
    .replace('<RandomDelay>PT4H<', '<RandomDelay>PT240M<')
    .replace('      <Enabled>true</Enabled>\n', '')
    .replace(/ {4}<Hidden>false<\/Hidden>\n/, '')
    .replace('<MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>', '');
}

function asPrinted(name: string, xml: string): string {
  const task = xml.replace(/^<\?xml[^>]*\?>\s*/, '');
  return `\r\n<?xml version="1.0" encoding="UTF-16"?>\r\n<Tasks>\r\n<!-- \\${name} -->\r\n${task}\r\n</Tasks>\r\n\r\n`;
}

function argumentAfter(args: readonly string[], name: string): string | undefined {
  const index = args.indexOf(name);
  return index < 0 ? undefined : args[index + 1];
}
