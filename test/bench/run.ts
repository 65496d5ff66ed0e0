/**
 * Measures estimators on a large batch and the exact oracle; prints medians with their spread and writes them as JSON when a path is
 * given. Nothing is asserted: numbers depend on the machine.
 */
import { writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { pipe } from 'fp-ts/lib/function.js'
import * as E from 'fp-ts/lib/Either.js'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import {
  baseline,
  causality,
  clip,
  describeProblems,
  estimateInto,
  fromSteps,
  gae,
  importance,
  leaveOneOut,
  meanOverTrajectories,
  perDecision,
  perStep,
  perTrajectory,
  ratioSurrogate,
  reduce,
  stateValue,
  timeLimit,
  totalReturn,
  vtrace,
} from 'estimand'
import type { AllFacts, Trajectories } from 'estimand'
import { exact, frozenLake, mdp } from 'estimand/exact'

const N = 1024
const T = 1000
const steps = N * T
const rounds = 25

const random = xoroshiro128plus(1)
const uniform = (low: number, high: number): number => low + (high - low) * uniformFloat64(random)
const column = (make: () => number): Float64Array => Float64Array.from({ length: T }, make)

const right = <A>(result: E.Either<Parameters<typeof describeProblems>[0], A>): A => {
  if (E.isLeft(result)) throw new Error(describeProblems(result.left))
  return result.right
}

const offPolicy = right(
  fromSteps({
    discount: 0.99,
    provenance: 'off-policy',
    episodes: 'complete',
    trajectories: Array.from({ length: N }, () => {
      const behaviourLogProb = column(() => uniform(-1.5, -0.5))
      return {
        reward: column(() => uniform(-0.5, 0.5)),
        behaviourLogProb,
        logProb: behaviourLogProb.map((l) => l + uniform(-0.1, 0.1)),
        value: column(() => uniform(-0.5, 0.5)),
        end: timeLimit,
      }
    }),
  }),
)
const onPolicy = { ...offPolicy, logProb: offPolicy.behaviourLogProb, provenance: 'on-policy' } as unknown as Trajectories<AllFacts>

const median = (times: readonly number[]): readonly [number, number, number] => {
  const sorted = times.toSorted((a, b) => a - b)
  return [sorted[Math.floor(sorted.length / 2)], sorted[0], sorted[sorted.length - 1]]
}

interface Row {
  readonly what: string
  readonly median: number
  readonly min: number
  readonly max: number
  readonly unit: string
}

/** Variants take turns inside a round, so that a change of the machine's speed meets all of them. */
const inTurns = (variants: Readonly<Record<string, () => unknown>>, unit: string, scale: number): readonly Row[] => {
  const times = new Map(Object.keys(variants).map((what) => [what, [] as number[]]))
  for (let round = 0; round < rounds + 5; round++)
    for (const [what, run] of Object.entries(variants)) {
      const begin = process.hrtime.bigint()
      run()
      if (round >= 5) times.get(what)?.push(Number(process.hrtime.bigint() - begin) * scale)
    }
  return [...times].map(([what, all]) => {
    const [middle, min, max] = median(all)
    return { what, median: middle, min, max, unit }
  })
}

const mean = reduce(meanOverTrajectories)
const toGo = pipe(totalReturn, causality)
const target = new Float64Array(steps)
const e = {
  toGo: estimateInto(pipe(toGo, mean))(target),
  leaveOneOut: estimateInto(pipe(toGo, baseline(leaveOneOut), mean))(target),
  gae: estimateInto(pipe(gae({ lambda: 0.95 }), mean))(target),
  vtrace: estimateInto(pipe(vtrace({ rhoBar: 1, cBar: 1 }), mean))(target),
  clipped: pipe(gae({ lambda: 0.95 }), importance(perStep), clip({ epsilon: 0.2 }), ratioSurrogate(meanOverTrajectories)),
  clippedWeights: estimateInto(pipe(toGo, baseline(stateValue), importance(perStep), clip({ epsilon: 0.2 }), mean))(target),
  perTrajectory: estimateInto(pipe(toGo, importance(perTrajectory), mean))(target),
  perDecision: estimateInto(pipe(toGo, importance(perDecision), mean))(target),
}
/** What the same numbers take in plain loops, written for this one batch: what the library is to be measured against. */
const byHand = {
  exp: () => {
    for (let k = 0; k < steps; k++) target[k] = Math.exp(offPolicy.logProb[k])
  },
  toGo: () => {
    for (let i = 0; i < N; i++) {
      let g = 0
      for (let k = (i + 1) * T - 1; k >= i * T; k--) target[k] = g = onPolicy.reward[k] + 0.99 * g
      let factor = 1 / N
      for (let k = i * T; k < (i + 1) * T; k++) {
        target[k] *= factor
        factor *= 0.99
      }
    }
  },
}
const weights = inTurns(
  {
    'by hand: copy of a column': () => target.set(onPolicy.reward as Float64Array),
    'by hand: Math.exp of a column': byHand.exp,
    'by hand: reward-to-go, outer factor, mean': byHand.toGo,
    'reward-to-go': () => e.toGo(onPolicy),
    'reward-to-go, leave-one-out': () => e.leaveOneOut(onPolicy),
    'GAE': () => e.gae(onPolicy),
    'V-trace, exp included': () => e.vtrace(offPolicy),
    'clipped surrogate of GAE with derivative, exp included': () => e.clipped(offPolicy),
    'clipped weights, value baseline, exp included': () => e.clippedWeights(offPolicy),
    'ratio per trajectory': () => e.perTrajectory(offPolicy),
    'ratio per decision': () => e.perDecision(offPolicy),
  },
  'ns a step',
  1 / steps,
)

const A = 3
const S = 3
const even = Array.from({ length: S }, () => 1 / S)
const cube = right(
  mdp({
    S,
    A,
    T: 4,
    gamma: 0.9,
    rho: even,
    P: Array.from({ length: S }, () => Array.from({ length: A }, () => even)),
    R: Array.from({ length: S }, (_, s) => Array.from({ length: A }, (_a, a) => s - a / 2)),
    theta: Array.from({ length: S }, (_, s) => Array.from({ length: A }, (_a, a) => (s * a) / 5)),
    thetaBehaviour: Array.from({ length: S }, (_, s) => Array.from({ length: A }, (_a, a) => (s - a) / 5)),
  }),
)
const threeModifiers = pipe(toGo, baseline(stateValue), importance(perStep), mean)
const found = right(exact({ mdp: cube, sampling: 'behaviour', value: 'exact' })(threeModifiers))
const oracle = inTurns(
  {
    [`exact, T = 4, S = A = 3, three modifiers: ${found.trajectories} trajectories`]: () =>
      exact({ mdp: cube, sampling: 'behaviour', value: 'exact' })(threeModifiers),
  },
  'million trajectories a second',
  1,
).map((row): Row => {
  const rate = (ns: number) => (found.trajectories / ns) * 1e3
  return { ...row, median: rate(row.median), min: rate(row.max), max: rate(row.min) }
})
const lake = right(frozenLake({ horizon: 5, discount: 0.99, start: 9 }))
const onLake = right(exact({ mdp: lake })(pipe(toGo, mean)))
const lakes = inTurns(
  { [`exact, FrozenLake from 9, horizon 5: ${onLake.trajectories} trajectories`]: () => exact({ mdp: lake })(pipe(toGo, mean)) },
  'million trajectories a second',
  1,
).map((row): Row => {
  const rate = (ns: number) => (onLake.trajectories / ns) * 1e3
  return { ...row, median: rate(row.median), min: rate(row.max), max: rate(row.min) }
})

const rows = [...weights, ...oracle, ...lakes]
const about = { cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length, node: process.version, rounds, batch: `${N} trajectories of ${T} steps, float64` }
console.log(`${about.batch}; Node ${about.node}, ${about.cpu}, 1 thread; median of ${rounds} rounds in turns (min, max)\n`)
for (const { what, median: middle, min, max, unit } of rows)
  console.log(`${what.padEnd(72)} ${middle.toFixed(2).padStart(8)} ${unit}  (${min.toFixed(2)}, ${max.toFixed(2)})`)

const [path] = process.argv.slice(2)
if (path !== undefined) writeFileSync(path, `${JSON.stringify({ about, rows }, null, 2)}\n`)
