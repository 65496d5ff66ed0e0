import type { MlpEngine } from '../network/mlpShape.ts'
import { scalarMlp } from '../network/scalarMlp.ts'
import { bySize } from './bySize.ts'
import { restoreNodeUtil } from './restoreUtil.ts'
import type { Tensor, Tfjs } from './tfjs.ts'
import { tfjsEngine } from './tfjsEngine.ts'
import { whyNot } from './whyNot.ts'

/** What computes networks, fastest for large ones first. */
export type BackendName = 'tfjs-node' | 'tfjs wasm' | 'typed arrays'

/** A backend that works. */
export interface Backend {
  readonly name: BackendName
  /** For the option `engine` of `mlp`. */
  readonly engine: MlpEngine
  /** One line that says what is in use, what is not, and what to do about it. */
  readonly line: string
}

/** Loads a package by its name. */
type Load = (name: string) => Promise<unknown>

/** What to try. */
export interface OpenBackendOptions {
  /** Where to begin: what stands before it in `BackendName` is not loaded. Default: 'tfjs-node'. */
  readonly prefer?: BackendName
  /** Default: import. */
  readonly load?: Load
}

const importIt: Load = (name) => import(/* @vite-ignore */ name)

/** Packages of CommonJS come as the default of what import gives. What has other functions fails at the first of them, and `whyNot` says so. */
const tfjsOf = (module: unknown): Tfjs<Tensor> => {
  const { default: whole = module } = module as { readonly default?: unknown }
  return whole as Tfjs<Tensor>
}

/** Sets a backend and has it multiply: some are broken in ways that only show then. */
const started = async (tf: Tfjs<Tensor>, backend: string): Promise<Tfjs<Tensor>> => {
  if (!(await tf.setBackend(backend))) throw new Error(`the backend '${backend}' does not start`)
  let product = NaN
  tf.tidy(() => {
    product = tf.matMul(tf.tensor2d(Float32Array.of(2, 3), [1, 2]), tf.tensor2d(Float32Array.of(5, 7), [2, 1])).dataSync()[0]
  })
  if (product !== 31) throw new Error(`2 * 5 + 3 * 7 came out as ${product}`)
  return tf
}

interface Candidate {
  readonly name: BackendName
  readonly packages: readonly string[]
  readonly start: (load: Load) => Promise<Tfjs<Tensor>>
  /** Rows times parameters from which on it is the faster one, measured with two layers of 16, 64 and 256: 64 rows of the middle one for wasm. */
  readonly least: number
}

const candidates: readonly Candidate[] = [
  {
    name: 'tfjs-node',
    packages: ['@tensorflow/tfjs-node'],
    start: async (load) => {
      restoreNodeUtil()
      return started(tfjsOf(await load('@tensorflow/tfjs-node')), 'tensorflow')
    },
    least: 400_000,
  },
  {
    name: 'tfjs wasm',
    packages: ['@tensorflow/tfjs', '@tensorflow/tfjs-backend-wasm'],
    start: async (load) => {
      const tf = tfjsOf(await load('@tensorflow/tfjs'))
      await load('@tensorflow/tfjs-backend-wasm')
      return started(tf, 'wasm')
    },
    least: 250_000,
  },
]

/**
 * The fastest backend that works here: tfjs-node, else tfjs wasm, else typed arrays. Small calls go through typed arrays on all of them (`bySize`).
 *
 * The packages are optional: `@tensorflow/tfjs-node@4.22.0`, or `@tensorflow/tfjs@4.22.0` with `@tensorflow/tfjs-backend-wasm@4.22.0`. Each is loaded
 * and has to multiply before it counts. What fails is passed over, and the line says why and what to do. Sets the backend of tfjs for
 * the whole process, as tfjs has one; in a browser with a bundler import tfjs yourself and take `tfjsEngine`.
 *
 * @param options  where to begin
 *
 * @example
 * ```ts
 * import { openBackend } from 'estimand/backend'
 * const { name, line } = await openBackend({ prefer: 'typed arrays' })
 * name // => 'typed arrays'
 * line // => 'backend: typed arrays'
 * ```
 */
export const openBackend = async ({ prefer = 'tfjs-node', load = importIt }: OpenBackendOptions = {}): Promise<Backend> => {
  const names: readonly BackendName[] = [...candidates.map(({ name }) => name), 'typed arrays']
  const first = names.indexOf(prefer)
  if (first === -1) throw new RangeError(`openBackend: prefer: expected ${names.map((name) => `'${name}'`).join(', ')}, got ${String(prefer)}`)
  const passed: string[] = []
  const line = (what: string): string => [`backend: ${what}`, ...passed].join('; ')
  for (const { name, packages, start, least } of candidates.slice(first))
    try {
      const tf = await start(load)
      return { name, engine: bySize(tfjsEngine(tf), least), line: line(`${name} for large calls, typed arrays for small ones`) }
    } catch (failure) {
      passed.push(`${name} ${whyNot(packages, failure)}`)
    }
  return { name: 'typed arrays', engine: scalarMlp, line: line('typed arrays') }
}
