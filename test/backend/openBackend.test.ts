import { createRequire } from 'node:module'
import * as tfjs from '@tensorflow/tfjs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openBackend } from '../../src/backend/index.ts'
import type { BackendName } from '../../src/backend/index.ts'
import { nodeUtil, restoreUtil } from '../../src/backend/restoreUtil.ts'
import { box } from '../../src/environment/space.ts'
import { mlp, policyOutput, scalarMlp, simdMlp } from '../../src/network/index.ts'
import { webAssembly } from '../../src/simd/webAssembly.ts'
import { load, subjects } from './subjects.ts'

const withCode = (message: string, code: string): Error => Object.assign(new Error(message), { code })

const notInstalled = (name: string): Error => withCode(`Cannot find package '${name}' imported from /app/openBackend.js`, 'ERR_MODULE_NOT_FOUND')

/** A loader that has something else for some packages: a module, or the error that loading it throws. */
const loader =
  (instead: Readonly<Record<string, unknown>>) =>
  (name: string): Promise<unknown> => {
    if (!(name in instead)) return load(name)
    return instead[name] instanceof Error ? Promise.reject(instead[name]) : Promise.resolve(instead[name])
  }

/** tfjs-node as it comes from import, with operations of this repository's tfjs. */
const standIn = (changed: object) => ({ default: { ...tfjs, setBackend: () => tfjs.setBackend('cpu'), ...changed } })

const install = 'npm install @tensorflow/tfjs-node@4.22.0'
const bothWays = ' for large calls, simd for small ones'

/** Messages as Node 20 and tfjs-node 4.22 have given them. */
const broken: readonly (readonly [string, unknown, string])[] = [
  ['not installed', notInstalled('@tensorflow/tfjs-node'), `is not installed (${install})`],
  [
    'not installed, as vitest says it',
    new Error('Could not resolve "@tensorflow/tfjs-node" imported by "estimand". Is it installed?'),
    `is not installed (${install})`,
  ],
  [
    'not installed, as require says it',
    withCode("Cannot find module '@tensorflow/tfjs-node'\nRequire stack:\n- /app/index.js", 'MODULE_NOT_FOUND'),
    `is not installed (${install})`,
  ],
  [
    'without its addon',
    new Error("The Node.js native addon module (tfjs_binding.node) can not be found at path: /app/node_modules/@tensorflow/tfjs-node/lib/napi-v8/tfjs_binding.node. \nPlease run command 'npm rebuild"),
    'has no addon: its install script did not run (npm rebuild @tensorflow/tfjs-node; npm 12 wants npm install-scripts approve @tensorflow/tfjs-node before)',
  ],
  [
    'without libtensorflow',
    withCode('libtensorflow.so.2: cannot open shared object file: No such file or directory', 'ERR_DLOPEN_FAILED'),
    `has an addon that does not load, libtensorflow.so.2: cannot open shared object file: No such file or directory (remove node_modules/@tensorflow/tfjs-node, then ${install}, where its download of libtensorflow can be reached)`,
  ],
  [
    'with an addon for another machine, named in the message',
    withCode('/app/tfjs_binding.node: invalid ELF header', 'ERR_DLOPEN_FAILED'),
    `has an addon that does not load, /app/tfjs_binding.node: invalid ELF header (remove node_modules/@tensorflow/tfjs-node, then ${install}, where its download of libtensorflow can be reached)`,
  ],
  [
    'whose first operation throws',
    standIn({
      matMul: () => {
        throw new TypeError('(0 , util_1.isNullOrUndefined) is not a function')
      },
    }),
    `fails: (0 , util_1.isNullOrUndefined) is not a function (${install}; tried with Node 20, 22 and 24)`,
  ],
  ['whose first operation is wrong', standIn({ matMul: () => tfjs.scalar(30) }), `fails: 2 * 5 + 3 * 7 came out as 30 (${install}; tried with Node 20, 22 and 24)`],
  ['whose backend does not start', standIn({ setBackend: () => Promise.resolve(false) }), `fails: the backend 'tensorflow' does not start (${install}; tried with Node 20, 22 and 24)`],
  ['without a package of its own', withCode("Cannot find module 'progress'\nRequire stack:\n- /app/node_modules/@tensorflow/tfjs-node/dist/index.js", 'MODULE_NOT_FOUND'), `fails: Cannot find module 'progress' (${install}; tried with Node 20, 22 and 24)`],
  ['that is something else', {}, `fails: tf.setBackend is not a function (${install}; tried with Node 20, 22 and 24)`],
  ['that throws what is no error', 'nothing', `fails: tf.setBackend is not a function (${install}; tried with Node 20, 22 and 24)`],
]

describe('tfjs-node', () => {
  it.each(broken)('%s: simd is taken, and the line has the remedy', async (_, instead, why) => {
    const { name, engine, line } = await openBackend({ load: loader({ '@tensorflow/tfjs-node': instead }) })
    expect([name, line]).toEqual(['simd', `backend: simd; tfjs-node ${why}`])
    expect(engine).toBe(simdMlp)
  })

  it('that works is taken', async () => {
    const { name, line } = await openBackend({ load: loader({ '@tensorflow/tfjs-node': standIn({}) }) })
    expect([name, line]).toEqual(['tfjs-node', `backend: tfjs-node${bothWays}`])
  })

  it('the real one: as it is here', async () => {
    const isHere = subjects.some(({ name }) => name === 'tfjs-node')
    expect((await openBackend({ load })).line).toBe(
      isHere ? `backend: tfjs-node${bothWays}` : `backend: simd; tfjs-node is not installed (${install})`,
    )
  })
})

describe('without simd', () => {
  const native = { '@tensorflow/tfjs-node': notInstalled('@tensorflow/tfjs-node') }
  const noSimd = 'simd is not to be had: no WebAssembly with vectors of 128 bits, or none may be made at run time'
  /** As where a content security policy forbids code made at run time. */
  const found = webAssembly() as { Module: unknown }
  const { Module } = found
  beforeEach(() => {
    found.Module = function refuse() {
      throw new EvalError('refused to compile WebAssembly')
    }
  })
  afterEach(() => {
    found.Module = Module
  })
  const installBoth = 'npm install @tensorflow/tfjs@4.22.0 @tensorflow/tfjs-backend-wasm@4.22.0'
  const cases: readonly (readonly [string, Readonly<Record<string, unknown>>, string])[] = [
    ['no tfjs', { '@tensorflow/tfjs': notInstalled('@tensorflow/tfjs') }, `is not installed (${installBoth})`],
    ['no wasm backend', { '@tensorflow/tfjs-backend-wasm': notInstalled('@tensorflow/tfjs-backend-wasm') }, `is not installed (${installBoth})`],
    ['a wasm backend that does not start', { '@tensorflow/tfjs': standIn({ setBackend: () => Promise.resolve(false) }) }, `fails: the backend 'wasm' does not start (${installBoth}; tried with Node 20, 22 and 24)`],
  ]
  it('tfjs wasm is taken, with one line', async () => {
    const { name, line } = await openBackend({ load: loader(native) })
    expect([name, line]).toEqual(['tfjs wasm', `backend: tfjs wasm${bothWays}; tfjs-node is not installed (${install}); ${noSimd}`])
    expect(tfjs.getBackend()).toBe('wasm')
  })
  it.each(cases)('%s: typed arrays are taken', async (_, instead, why) => {
    const { name, engine, line } = await openBackend({ load: loader({ ...native, ...instead }) })
    expect(name).toBe('typed arrays')
    expect(engine).toBe(scalarMlp)
    expect(line).toBe(`backend: typed arrays; tfjs-node is not installed (${install}); ${noSimd}; tfjs wasm ${why}`)
  })
})

describe('prefer', () => {
  it.each([
    ['tfjs wasm', `backend: tfjs wasm${bothWays}`, ['@tensorflow/tfjs', '@tensorflow/tfjs-backend-wasm']],
    ['simd', 'backend: simd', []],
    ['typed arrays', 'backend: typed arrays', []],
  ] as const)('%s loads only what it needs', async (prefer, line, expected) => {
    const loaded: string[] = []
    const found = await openBackend({ prefer, load: (one) => (loaded.push(one), load(one)) })
    expect([found.name, found.line, loaded]).toEqual([prefer, line, expected])
  })

  it('refuses other names', async () => {
    await expect(openBackend({ prefer: 'webgl' as BackendName })).rejects.toThrow("openBackend: prefer: expected 'tfjs-node', 'simd', 'tfjs wasm', 'typed arrays', got webgl")
  })
})

it('the engine takes small calls in simd and large ones in tfjs', async () => {
  let products = 0
  const matMul: typeof tfjs.matMul = (...operands) => {
    products++
    return tfjs.matMul(...operands)
  }
  const { engine } = await openBackend({ prefer: 'tfjs wasm', load: loader({ '@tensorflow/tfjs': { default: { ...tfjs, matMul } } }) })
  const network = mlp({ observation: box([4]), hidden: [64, 64], outputs: [policyOutput(2)], engine })
  const theta = network.init(1)
  // Opening it was one product.
  expect(products).toBe(1)
  network.forward(theta, new Float32Array(16), 4)
  expect(products).toBe(1)
  network.forward(theta, new Float32Array(4096), 1024)
  expect(products).toBe(1 + 3)
})

describe('functions that Node 23 no longer has', () => {
  it('are put back where they are missing', () => {
    const util: { isNullOrUndefined?: (x: unknown) => boolean; isArray?: (x: unknown) => boolean } = {}
    restoreUtil(util)
    expect([null, undefined, 0, '', false].map((x) => util.isNullOrUndefined?.(x))).toEqual([true, true, false, false, false])
    expect([[], {}, 'a'].map((x) => util.isArray?.(x))).toEqual([true, false, false])
  })

  it('and left alone where they are not', () => {
    const own = { isNullOrUndefined: () => true, isArray: () => false }
    const util = { ...own }
    restoreUtil(util)
    expect(util).toEqual(own)
  })

  it('in the module that tfjs-node requires', () => {
    expect(nodeUtil()).toBe(createRequire(import.meta.url)('util'))
  })

  it('before it is loaded', async () => {
    const util = nodeUtil() as { isNullOrUndefined?: unknown; isArray?: unknown }
    const { isNullOrUndefined, isArray } = util
    const seen: unknown[] = []
    try {
      delete util.isNullOrUndefined
      delete util.isArray
      await openBackend({
        load: (name) => {
          if (name === '@tensorflow/tfjs-node') seen.push(typeof util.isNullOrUndefined, typeof util.isArray)
          return load(name)
        },
      })
    } finally {
      // On Node 23 they were not there: what was put back stays.
      if (isNullOrUndefined !== undefined) Object.assign(util, { isNullOrUndefined, isArray })
    }
    expect(seen).toEqual(['function', 'function'])
  })
})
