/**
 * A view of an ONNX graph, as far as rewriting its matrices takes: nodes, constants, and the file again.
 *
 * What it does not know it keeps as it is. It does not know what the operators do.
 */

import { field, fieldsOf, message, numberField, numberOf, numbersOf, textOf, type Field } from "./protobuf.js";

// Field numbers of onnx.proto.
const MODEL = { graph: 7 };
const GRAPH = { node: 1, initializer: 5, input: 11, output: 12 };
const NODE = { input: 1, output: 2, name: 3, operator: 4, attribute: 5, domain: 7 };
const ATTRIBUTE = { name: 1, integer: 3, type: 20 };
const TENSOR = { dims: 1, type: 2, name: 8, raw: 9, external: 13, location: 14 };
const ENTRY = { key: 1, value: 2 };
const VALUE = { name: 1, type: 2 };
const TYPE = { tensor: 1, element: 1 };

const INTEGER_ATTRIBUTE = 2;
const EXTERNAL = 1;
export const FLOAT = 1;

export interface Node {
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly integers: Readonly<Record<string, number>>;
  readonly bytes: Uint8Array;
}

/** A constant. Its bytes lie in the graph, or in a file from `offset` on. */
export interface Constant {
  readonly name: string;
  readonly type: number;
  readonly dims: readonly number[];
  readonly raw: Uint8Array | null;
  readonly external: { readonly location: string; readonly offset: number; readonly length: number } | null;
  readonly bytes: Uint8Array;
}

export interface Graph {
  readonly nodes: readonly Node[];
  readonly constants: readonly Constant[];
  readonly outputs: readonly string[];
}

/** The graph of an .onnx file. Throws RangeError for bytes that are none. */
export function readGraph(file: Uint8Array): Graph {
  const fields = fieldsOf(graphBytes(file));
  const of = (number: number): Uint8Array[] => bytesOf(fields, number);
  return {
    nodes: of(GRAPH.node).map(readNode),
    constants: of(GRAPH.initializer).map(readConstant),
    outputs: of(GRAPH.output).map((bytes) => text(fieldsOf(bytes), VALUE.name)),
  };
}

/** The file with other nodes and constants, and with the outputs that it has not yet, as floats; all else stays. */
export function writeGraph(file: Uint8Array, { nodes, constants, outputs }: Graph): Uint8Array {
  const known = new Set(readGraph(file).outputs);
  const isReplaced = ({ number }: Field): boolean => number === GRAPH.node || number === GRAPH.initializer;
  const graph = message([
    ...nodes.map(({ bytes }) => field(GRAPH.node, bytes)),
    ...constants.map(({ bytes }) => field(GRAPH.initializer, bytes)),
    ...fieldsOf(graphBytes(file)).filter((each) => !isReplaced(each)),
    ...outputs.filter((name) => !known.has(name)).map((name) => field(GRAPH.output, floatValue(name))),
  ]);
  return message(fieldsOf(file).map((each) => (each.number === MODEL.graph ? field(MODEL.graph, graph) : each)));
}

/** A node with whole numbers as attributes. */
export function makeNode(made: Omit<Node, "bytes"> & { readonly domain: string }): Node {
  const attributes = Object.entries(made.integers).map(([name, value]) =>
    message([field(ATTRIBUTE.name, name), numberField(ATTRIBUTE.integer, value), numberField(ATTRIBUTE.type, INTEGER_ATTRIBUTE)]),
  );
  const bytes = message([
    ...made.inputs.map((name) => field(NODE.input, name)),
    ...made.outputs.map((name) => field(NODE.output, name)),
    field(NODE.name, made.outputs[0] ?? ""),
    field(NODE.operator, made.operator),
    ...attributes.map((attribute) => field(NODE.attribute, attribute)),
    field(NODE.domain, made.domain),
  ]);
  return { ...made, bytes };
}

/** A constant that is all of the file `name`: floats, or one of the types of a byte. */
export function makeConstant(name: string, dims: readonly number[], type = FLOAT): Constant {
  const length = dims.reduce((product, dim) => product * dim, type === FLOAT ? 4 : 1);
  const external = { location: name, offset: 0, length };
  const entries = Object.entries(external).map(([key, value]) => message([field(ENTRY.key, key), field(ENTRY.value, String(value))]));
  const bytes = message([
    ...dims.map((dim) => numberField(TENSOR.dims, dim)),
    numberField(TENSOR.type, type),
    field(TENSOR.name, name),
    ...entries.map((entry) => field(TENSOR.external, entry)),
    numberField(TENSOR.location, EXTERNAL),
  ]);
  return { name, type, dims, raw: null, external, bytes };
}

/** What tells of an output that it holds floats, of whatever shape. */
function floatValue(name: string): Uint8Array {
  const type = message([field(TYPE.tensor, message([numberField(TYPE.element, FLOAT)]))]);
  return message([field(VALUE.name, name), field(VALUE.type, type)]);
}

function readNode(bytes: Uint8Array): Node {
  const fields = fieldsOf(bytes);
  const integers: Record<string, number> = {};
  for (const attribute of bytesOf(fields, NODE.attribute).map(fieldsOf)) {
    const value = bytesOf(attribute, ATTRIBUTE.integer)[0];
    if (value) integers[text(attribute, ATTRIBUTE.name)] = numberOf(value);
  }
  const [inputs, outputs] = [NODE.input, NODE.output].map((number) => bytesOf(fields, number).map(textOf));
  return { operator: text(fields, NODE.operator), inputs: inputs ?? [], outputs: outputs ?? [], integers, bytes };
}

function readConstant(bytes: Uint8Array): Constant {
  const fields = fieldsOf(bytes);
  const entries = new Map(
    bytesOf(fields, TENSOR.external).map(fieldsOf).map((entry) => [text(entry, ENTRY.key), text(entry, ENTRY.value)]),
  );
  const location = entries.get("location");
  const whole = (key: string): number => Number(entries.get(key) ?? 0);
  return {
    name: text(fields, TENSOR.name),
    type: numberOf(bytesOf(fields, TENSOR.type)[0] ?? new Uint8Array(1)),
    dims: bytesOf(fields, TENSOR.dims).flatMap(numbersOf), // packed or one by one: both are varints in a row
    raw: bytesOf(fields, TENSOR.raw)[0] ?? null,
    external: location === undefined ? null : { location, offset: whole("offset"), length: whole("length") },
    bytes,
  };
}

function graphBytes(file: Uint8Array): Uint8Array {
  const found = bytesOf(fieldsOf(file), MODEL.graph)[0];
  if (!found) throw new RangeError("no graph in it");
  return found;
}

function bytesOf(fields: readonly Field[], number: number): Uint8Array[] {
  return fields.filter((each) => each.number === number).map(({ bytes }) => bytes);
}

function text(fields: readonly Field[], number: number): string {
  return textOf(bytesOf(fields, number)[0] ?? new Uint8Array());
}
