import type { MlpEngine } from '../network/mlpShape.ts'
import { scalarMlp } from '../network/scalarMlp.ts'
import { simdMlp } from '../network/simdMlp.ts'
import { refuseUnknown } from '../trajectories/keys.ts'
import { hasSimd } from '../simd/support.ts'
import { bySize } from './bySize.ts'
import { restoreNodeUtil } from './restoreUtil.ts'
import type { Tensor, Tfjs } from './tfjs.ts'
import { tfjsEngine } from './tfjsEngine.ts'
import { whyNot } from './whyNot.ts'

/** What can compute networks, in the order in which it is tried. */
export const backendNames = ['tfjs-node', 'simd', 'tfjs wasm', 'typed arrays'] as const

/** What computes networks. */
export type BackendName = (typeof backendNames)[number]

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
  /** Where to begin: what stands before it in `backendNames` is not tried. Default: 'tfjs-node'. */
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

/** How a backend is opened; what it throws is why it is not in use. */
interface Candidate {
  readonly name: BackendName
  readonly packages: readonly string[]
  readonly open: (load: Load) => Promise<MlpEngine>
  /** Which calls it takes. */
  readonly calls: string
}

/** Small calls are for simd, or for typed arrays where it is missing. */
const largeOnly = 'for large calls, simd for small ones'

const candidates: readonly Candidate[] = [
  {
    name: 'tfjs-node',
    packages: ['@tensorflow/tfjs-node'],
    open: async (load) => {
      restoreNodeUtil()
      // Measured with two layers of 256: from 1024 rows on it is ahead of simd.
      return bySize(tfjsEngine(await started(tfjsOf(await load('@tensorflow/tfjs-node')), 'tensorflow')), 60_000_000)
    },
    calls: largeOnly,
  },
  {
    name: 'simd',
    packages: [],
    open: () => (hasSimd() ? Promise.resolve(simdMlp) : Promise.reject(new Error('no WebAssembly with vectors of 128 bits, or none may be made at run time'))),
    calls: '',
  },
  {
    name: 'tfjs wasm',
    packages: ['@tensorflow/tfjs', '@tensorflow/tfjs-backend-wasm'],
    open: async (load) => {
      const tf = tfjsOf(await load('@tensorflow/tfjs'))
      await load('@tensorflow/tfjs-backend-wasm')
      return bySize(tfjsEngine(await started(tf, 'wasm')), 250_000)
    },
    calls: largeOnly,
  },
]

/**
 * The fastest backend that works here: tfjs-node, else simd, else tfjs wasm, else typed arrays. Small calls go through simd on all of them
 * (`bySize`).
 *
 * simd is WebAssembly of our own (`simdMlp`), and needs no package: tfjs-node is ahead of it for wide layers and large batches only. The packages
 * are optional: `@tensorflow/tfjs-node@4.22.0`, or `@tensorflow/tfjs@4.22.0` with `@tensorflow/tfjs-backend-wasm@4.22.0`. Each is loaded
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
export const openBackend = async (options: OpenBackendOptions = {}): Promise<Backend> => {
  refuseUnknown('openBackend', options, ['prefer', 'load'], "openBackend() or openBackend({ prefer: 'simd' })")
  const { prefer = 'tfjs-node', load = importIt } = options
  const first = backendNames.indexOf(prefer)
  if (first === -1) throw new RangeError(`openBackend: prefer: expected ${backendNames.map((name) => `'${name}'`).join(', ')}, got ${String(prefer)}`)
  const passed: string[] = []
  const line = (what: string): string => [`backend: ${what}`, ...passed].join('; ')
  for (const { name, packages, open, calls } of candidates.slice(first))
    try {
      const engine = await open(load)
      return { name, engine, line: line(`${name} ${calls}`.trimEnd()) }
    } catch (failure) {
      passed.push(`${name} ${packages.length === 0 ? `is not to be had: ${String((failure as Error).message)}` : whyNot(packages, failure)}`)
    }
  return { name: 'typed arrays', engine: scalarMlp, line: line('typed arrays') }
}
