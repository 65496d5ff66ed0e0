import { pathToFileURL } from 'node:url'
import * as tfjs from '@tensorflow/tfjs'
import { tfjsEngine } from '../../src/backend/index.ts'
import type { BackendName } from '../../src/backend/index.ts'
import type { MlpEngine } from '../../src/network/index.ts'

await import('@tensorflow/tfjs-backend-wasm')

/** Where .ci/native has put tfjs-node, which the packages of this repository do not contain. */
const native = process.env['ESTIMAND_TFJS_NODE']

/** Loads a package, tfjs-node from where it is. */
export const load = (name: string): Promise<unknown> =>
  import(name === '@tensorflow/tfjs-node' && native !== undefined ? pathToFileURL(native).href : name)

/** A backend of tfjs that is really here. */
export interface Subject {
  readonly name: BackendName
  /** What tfjs calls it. */
  readonly backend: string
  readonly tf: typeof tfjs
  readonly engine: MlpEngine
}

/** tfjs-node brings a tfjs of its own, of the same version; all share one registry of backends. */
const nativeTfjs = async (): Promise<typeof tfjs> => ((await load('@tensorflow/tfjs-node')) as { readonly default: typeof tfjs }).default

const subject = async (name: BackendName, tf: typeof tfjs, backend: string): Promise<Subject> => {
  if (!(await tf.setBackend(backend))) throw new Error(`${backend} does not start`)
  return { name, backend, tf, engine: tfjsEngine(tf) }
}

export const wasm = await subject('tfjs wasm', tfjs, 'wasm')

export const subjects: readonly Subject[] = native === undefined ? [wasm] : [wasm, await subject('tfjs-node', await nativeTfjs(), 'tensorflow')]
