import { createHash } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { tryLaw } from '../../laws/law.ts'
import { testLaw } from '../../laws/vitest.ts'
import { streamsOf, uniform } from '../../src/environment/index.ts'
import { box } from '../../src/environment/space.ts'
import { activate, quickTanh } from '../../src/network/activation.ts'
import { adam, mlp, policyOutput, scalarMlp, simdMlp, valueOutput } from '../../src/network/index.ts'
import type { MlpEngine, MlpShape } from '../../src/network/index.ts'
import { openSimd } from '../../src/network/simdMlp.ts'
import { webAssembly } from '../../src/simd/webAssembly.ts'
import { agreesWithLoops } from '../backend/laws.ts'
import { seed } from '../seed/seed.ts'

const numbers = (count: number, from = 1): Float32Array => {
  const [random] = streamsOf(from, 1)
  return Float32Array.from({ length: count }, () => uniform(random, -1, 1))
}

/** The shape that an engine is given, taken from a network. */
const shapeOf = (options: Parameters<typeof mlp>[0]): MlpShape => {
  let shape: MlpShape | null = null
  mlp({ ...options, engine: (given) => ((shape = given), scalarMlp(given)) })
  if (shape === null) throw new Error('no engine was asked for')
  return shape
}

testLaw(agreesWithLoops('simdMlp', simdMlp), { seed, runs: 300 })

describe('a wrong engine is seen', () => {
  const through =
    (change: (engine: ReturnType<MlpEngine>, shape: MlpShape) => Partial<ReturnType<MlpEngine>>): MlpEngine =>
    (shape) => {
      const engine = simdMlp(shape)
      return { ...engine, ...change(engine, shape) }
    }
  const mutants: readonly (readonly [string, MlpEngine])[] = [
    ['tanh for relu', (shape) => simdMlp({ ...shape, activation: shape.activation === 'tanh' ? 'relu' : 'tanh' })],
    ['the last row left out', through(({ forward }) => ({ forward: (p, x, n) => forward(p, x, n).fill(0, n - 1, n) }))],
    ['a gradient that is added to', through(({ vectorJacobianProduct }) => ({
      vectorJacobianProduct: (p, x, n, c, g) => {
        const before = g.slice()
        vectorJacobianProduct(p, x, n, c, g)
        for (let k = 0; k < g.length; k++) g[k] += before[k]
      },
    }))],
    ['one more gradient row', through(({ vectorJacobianProduct }) => ({ vectorJacobianProduct: (p, x, n, c, g) => vectorJacobianProduct(p, x, Math.max(1, n - 1), c, g) }))],
  ]
  it.each(mutants)('%s', (_, engine) => {
    expect(tryLaw({ seed, runs: 100 })(agreesWithLoops('mutant', engine))._tag).toBe('failed')
  })
})

describe('batches that no block, panel or part divides', () => {
  it.each([
    [[20, 33], [5], 3, 1030],
    [[64, 64], [6, 1], 17, 515],
    [[256, 256], [2], 4, 129],
    [[8], [1, 3, 2], 1, 257],
    [[], [9], 5, 1025],
    [[1], [1], 1, 3],
  ] as const)('%j to %j, %i inputs, %i rows', (hidden, [first, ...rest], inputs, n) => {
    const outputs = [{ name: 'a', size: first, gain: 1 }, ...rest.map((size, k) => ({ name: `b${k}`, size, gain: 1 }))] as const
    for (const activation of ['tanh', 'relu'] as const) {
      const options = { observation: box([inputs]), hidden, outputs, activation } as const
      const [network, exact] = [mlp({ ...options, engine: simdMlp }), mlp({ ...options, precision: 'float64' })]
      const theta = network.init(7)
      const wide = Float64Array.from(theta)
      const x = numbers(n * inputs)
      const y = network.forward(theta, x, n)
      const expected = exact.forward(wide, x, n)
      const cotangent = numbers(y.length, 2)
      const gradient = new Float32Array(theta.length)
      const gradientExpected = new Float64Array(theta.length)
      network.vectorJacobianProduct(theta, x, n, cotangent, gradient)
      exact.vectorJacobianProduct(wide, x, n, cotangent, gradientExpected)
      const off = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
        let [most, worst] = [0, 0]
        for (let k = 0; k < b.length; k++) {
          most = Math.max(most, Math.abs(b[k]))
          worst = Math.max(worst, Math.abs(a[k] - b[k]))
        }
        return worst / most
      }
      expect([off(y, expected), off(gradient, gradientExpected)].every((worst) => worst < 4e-6)).toBe(true)
    }
  })
})

/** What stands in the memory outside every region: constants at its beginning, gaps, and the rest of the last page. */
const outside = (room: ReturnType<ReturnType<typeof openSimd>['room']>): Uint8Array => {
  const bytes = new Uint8Array(room.memory.buffer).slice()
  for (const { at, numbers: view } of room.regions) bytes.fill(0, at, at + view.byteLength)
  return bytes
}

it('writes to its own arrays alone: what stands between them stays as it was', () => {
  const width = fc.integer({ min: 1, max: 40 })
  const property = fc.property(
    fc.integer({ min: 1, max: 9 }),
    fc.array(width, { maxLength: 3 }),
    fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 3 }),
    fc.constantFrom('tanh' as const, 'relu' as const),
    fc.integer({ min: 1, max: 300 }),
    (inputs, hidden, [first, ...rest], activation, n) => {
      const output = (size: number, k: number) => ({ name: `output${k}`, size, gain: 1 })
      const shape = shapeOf({ observation: box([inputs]), hidden, outputs: [output(first, 0), ...rest.map((size, k) => output(size, k + 1))], activation })
      const { engine, room } = openSimd(shape)
      const theta = numbers(shape.parameterCount)
      const x = numbers(n * inputs)
      // Room for so many rows is made by the first call.
      engine.forward(theta, x, n)
      const bytes = new Uint8Array(room().memory.buffer)
      const before = outside(room())
      // A pattern that no computation leaves behind: what is written over shows.
      for (let k = 4096; k < before.length; k++) before[k] = 0xa5
      const kept = room().regions.map(({ numbers: view }) => view.slice())
      bytes.set(before.subarray(4096), 4096)
      for (const [k, { numbers: view }] of room().regions.entries()) view.set(kept[k])
      const marked = outside(room())
      engine.forward(theta, x, n)
      engine.vectorJacobianProduct(theta, x, n, numbers(n * (first + rest.reduce((a, b) => a + b, 0))), new Float32Array(theta.length))
      expect(Buffer.compare(outside(room()), marked)).toBe(0)
    },
  )
  fc.assert(property, { seed, numRuns: 60 })
})

describe('tanh', () => {
  /** Columns of numbers through one tanh each: a network whose weights and biases pass them on. */
  const tanhOf = (x: Float32Array): Float32Array => {
    const network = mlp({ observation: box([1]), hidden: [1], outputs: [policyOutput(1)], engine: simdMlp })
    return Float32Array.from(network.forward(Float32Array.of(1, 0, 1, 0), x, x.length))
  }
  it('is good to 4e-7, never above 1, on a million points', () => {
    const x = Float32Array.from({ length: 1_000_001 }, (_, k) => (k - 500_000) / 40_000)
    const y = tanhOf(x)
    let [worst, most] = [0, 0]
    for (let k = 0; k < x.length; k++) {
      const exact = Math.tanh(x[k])
      worst = Math.max(worst, Math.abs(y[k] - exact) / Math.max(Math.abs(exact), 1e-30))
      most = Math.max(most, Math.abs(y[k]))
    }
    expect([worst < 4e-7, most]).toEqual([true, 1])
    // Control: the same of a fit that lacks its last coefficient would not be.
    expect(Math.abs(Math.tanh(3) - (3 * (1 + 9 * 0.1338)) / (1 + 9 * 0.467))).toBeGreaterThan(4e-7)
  })
  it('at the ends', () => {
    const [nan, up, down, large, tiny] = tanhOf(Float32Array.of(NaN, Infinity, -Infinity, 1e30, 1e-30))
    expect([nan, up, down, large]).toEqual([NaN, 1, -1, 1])
    expect(tiny / Math.fround(1e-30)).toBeCloseTo(1, 6)
  })
  it('is that of plain loops but for rounding', () => {
    const x = numbers(1000, 3).map((v) => 12 * v)
    const loops = x.slice()
    activate('tanh', loops, loops.length)
    const y = tanhOf(x)
    for (let k = 0; k < x.length; k++) expect(Math.abs(y[k] - loops[k])).toBeLessThan(4e-7)
    expect(quickTanh(0.5)).toBeCloseTo(Math.tanh(0.5), 7)
  })
})

/** A hash of the parameters after 200 steps of training on fixed numbers. */
const trained = (engine: MlpEngine): string => {
  const network = mlp({ observation: box([4]), hidden: [64, 33], outputs: [policyOutput(2), valueOutput], engine })
  const theta = numbers(network.parameterCount).map((x) => x / 8)
  const { init, ascend } = adam()
  const state = init(theta)
  const [x, c] = [numbers(4 * 129, 2), numbers(3 * 129, 3)]
  const gradient = new Float32Array(theta.length)
  for (let k = 0; k < 200; k++) {
    network.forward(theta, x, 129)
    network.vectorJacobianProduct(theta, x, 129, c, gradient)
    ascend(state, theta, gradient, 1e-3)
  }
  return createHash('sha256').update(new Uint8Array(theta.buffer)).digest('hex').slice(0, 16)
}

it('the same numbers give the same bits on every machine and version of Node', () => {
  // Of Node 20.20, 22.23 and 24.21 on x86-64, which agree: the operations are IEEE 754's, in an order that is fixed.
  expect(trained(simdMlp)).toBe('87ff093fce832cd8')
  expect(trained(scalarMlp)).not.toBe('87ff093fce832cd8')
})

it('takes calls of every size in turn, and its memory stays as it is after the largest', () => {
  const shape = shapeOf({ observation: box([4]), hidden: [64, 64], outputs: [policyOutput(2)] })
  const { engine, room } = openSimd(shape)
  const theta = numbers(shape.parameterCount)
  const first = Float32Array.from(engine.forward(theta, numbers(4), 1))
  engine.forward(theta, numbers(4 * 500), 500)
  const { memory } = room()
  const gradient = new Float32Array(theta.length)
  const cotangent = numbers(2 * 500)
  const [small, large] = [numbers(4 * 4), numbers(4 * 500)]
  const before = process.memoryUsage().arrayBuffers
  for (let k = 0; k < 20_000; k++) {
    engine.forward(theta, small, 4)
    if (k % 50 > 0) continue
    engine.forward(theta, large, 500)
    engine.vectorJacobianProduct(theta, large, 500, cotangent, gradient)
  }
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1e6)
  expect(room().memory).toBe(memory)
  expect(Float32Array.from(engine.forward(theta, numbers(4), 1))).toEqual(first)
})

it('rows go through the layers in parts: each output is that of its row alone, and the gradient is that of all', () => {
  for (const [hidden, n] of [[[64, 64], 1301], [[256], 300], [[], 9000]] as const) {
    const shape = { observation: box([4]), hidden, outputs: [policyOutput(2), valueOutput] as const }
    const [simd, loops] = [mlp({ ...shape, engine: simdMlp }), mlp({ ...shape, engine: scalarMlp })]
    const theta = numbers(simd.parameterCount).map((x) => x / 4)
    const [x, c] = [numbers(4 * n, 2), numbers(3 * n, 3)]
    const all = simd.forward(theta, x, n).slice()
    const [gradient, expected] = [new Float32Array(theta.length), new Float32Array(theta.length)]
    simd.vectorJacobianProduct(theta, x, n, c, gradient)
    for (const i of [0, 63, 127, 128, 255, 256, 299, n - 2, n - 1]) {
      const alone = simd.forward(theta, x.slice(4 * i, 4 * i + 4), 1)
      expect([all[2 * i], all[2 * i + 1], all[2 * n + i]]).toEqual(Array.from(alone))
    }
    loops.forward(theta, x, n)
    loops.vectorJacobianProduct(theta, x, n, c, expected)
    const most = Math.max(...expected.map(Math.abs))
    expect(gradient.every((g, k) => Math.abs(g - expected[k]) < 2e-5 * most)).toBe(true)
  }
})

it('a call that no memory can hold is refused, and the next one works', () => {
  const network = mlp({ observation: box([1]), hidden: [4096], outputs: [policyOutput(1)], engine: simdMlp })
  const theta = network.init(1)
  expect(() => network.forward(theta, new Float32Array(200_000), 200_000)).toThrow(/mlp\(1-4096-1\): expected at most 4 GiB for a call, got 6\.\d; pass fewer observations at a time/)
  expect(network.forward(theta, new Float32Array(1), 1).length).toBe(1)
})

it('where no code may be made at run time, it is plain loops', () => {
  const found = webAssembly() as { Module: unknown }
  const { Module } = found
  try {
    found.Module = function refuse() {
      throw new EvalError('refused to compile WebAssembly')
    }
    expect(trained(simdMlp)).toBe(trained(scalarMlp))
  } finally {
    found.Module = Module
  }
})
