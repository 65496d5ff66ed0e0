/** What weights are made of, below whole estimators: recursions and exponentials of columns, and what an evaluation of a small batch costs. */
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import {
  clip,
  describeProblems,
  dropOuterDiscount,
  estimate,
  fromColumns,
  gae,
  generalisedAdvantages,
  importance,
  meanOverSteps,
  normalise,
  perStep,
  prepare,
  recipes,
  returnsToGo,
  timeLimit,
  vtraceAdvantages,
  whitenSteps,
} from 'estimand'
import { exponentials } from '../../src/columns/exponential.ts'
import type { Measure, Unit } from './measure.ts'
import { units } from './measure.ts'
import { columnOf, datum } from './ours/data.ts'

/** Episodes: how many, how long, and whether they are all of that length or end by chance, this long on average. */
interface Shape {
  readonly name: string
  readonly N: number
  readonly T: number
  readonly ragged: boolean
}

const shapes: readonly Shape[] = [
  { name: '1000x1024', T: 1000, N: 1024, ragged: false },
  { name: '2048x512', T: 2048, N: 512, ragged: false },
  { name: '50x20000, ragged', T: 50, N: 20_000, ragged: true },
]

const layoutOf = ({ N, T, ragged }: Shape): { readonly count: number; readonly offsets: Int32Array } => {
  const offsets = new Int32Array(N + 1)
  for (let i = 0; i < N; i++) offsets[i + 1] = offsets[i] + (ragged ? Math.ceil(-Math.log(1 - datum(9, i, 0, 1)) * T + 1e-9) : T)
  return { count: N, offsets }
}

/** A kernel on columns 1 to 4, written to one and the same array. */
type Kernel = (layout: ReturnType<typeof layoutOf>, column: (which: number) => Float64Array, into: Float64Array) => () => Float64Array

const kernels: Readonly<Record<string, Kernel>> = {
  'returns to go': (layout, column, into) => {
    const reward = column(1)
    return () => returnsToGo(layout, reward, 0.99, into)
  },
  'generalised advantages': (layout, column, into) => {
    const [reward, value, bootstrap] = [column(1), column(2), new Float64Array(layout.count)]
    return () => generalisedAdvantages(layout, reward, value, bootstrap, 0.99, 0.95, into)
  },
  'V-trace advantages': (layout, column, into) => {
    const [reward, value, logProb, behaviourLogProb, bootstrap] = [column(1), column(2), column(3), column(4), new Float64Array(layout.count)]
    return () => vtraceAdvantages(layout, reward, value, bootstrap, logProb, behaviourLogProb, 0.99, { rhoBar: 1, cBar: 1 }, into)
  },
  'exponentials': (_, column, into) => {
    const x = column(3)
    return () => {
      into.set(x)
      return exponentials(into)
    }
  },
  'Math.exp': (_, column, into) => {
    const x = column(3)
    return () => {
      for (let k = 0; k < into.length; k++) into[k] = Math.exp(x[k])
      return into
    }
  },
}

const large = shapes.flatMap((shape) =>
  Object.entries(kernels).map(
    ([name, kernel]): Measure => ({
      name: `column: ${name} ${shape.name}`,
      unit: units.nanosecondsPerElement,
      prepare: () => {
        const layout = layoutOf(shape)
        const steps = layout.offsets[layout.count]
        const work = kernel(layout, (which) => columnOf(which, steps, -0.4, 0.4), new Float64Array(steps))
        return () => work().length
      },
    }),
  ),
)

/** N episodes of T steps, off-policy. */
const batchOf = (T: number, N: number) => {
  const behaviourLogProb = columnOf(3, T * N, -1.5, -0.5)
  const moved = columnOf(4, T * N, -0.4, 0.4)
  const batch = fromColumns({
    discount: 0.99,
    provenance: 'off-policy',
    episodes: 'complete',
    offsets: Array.from({ length: N + 1 }, (_, i) => i * T),
    ends: Array.from({ length: N }, () => timeLimit),
    reward: columnOf(1, T * N, -1, 1),
    value: columnOf(2, T * N, -1, 1),
    behaviourLogProb,
    logProb: behaviourLogProb.map((l, k) => l + moved[k]),
  })
  if (E.isLeft(batch)) throw new Error(describeProblems(batch.left))
  return batch.right
}

const microsecondsPerCall: Unit = { name: 'us/call', better: 'lower', block: 'filled', of: (work, seconds) => (seconds * 1e6) / work }

/** Calls in a turn: a clock is read in about the time that one takes. */
const calls = 100

const often = (call: () => unknown) => (): number => {
  for (let k = 0; k < calls; k++) call()
  return calls
}

const minibatch = pipe(
  gae({ lambda: 0.95 }),
  dropOuterDiscount,
  normalise(whitenSteps({ ddof: 1, epsilon: 1e-8 })),
  importance(perStep),
  clip({ epsilon: 0.2 }),
  prepare(meanOverSteps),
)

const small: readonly Measure[] = [
  ...[8, 128].map(
    (steps): Measure => ({
      name: `weights of PPO, ${steps} steps`,
      unit: microsecondsPerCall,
      prepare: () => {
        const batch = batchOf(steps / 4, 4)
        const weigh = estimate(recipes.ppo.estimator)
        return often(() => weigh(batch))
      },
    }),
  ),
  {
    name: 'weights of a minibatch of 128 of 512 steps, prepared',
    unit: microsecondsPerCall,
    prepare: () => {
      const batch = batchOf(128, 4)
      const prepared = minibatch(batch)
      const indices = Int32Array.from({ length: 128 }, (_, j) => (37 * j) % 512)
      const logProb = Float64Array.from(indices, (k) => batch.logProb[k])
      return often(() => prepared.weights(indices, logProb))
    },
  },
]

export const measures: readonly Measure[] = [...large, ...small]
