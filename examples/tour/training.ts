import { setImmediate } from 'node:timers/promises'
import { pipe } from 'fp-ts/lib/function.js'
import { cartPole, timeLimit } from 'estimand/environment'
import { adam, mlp, policyOutput } from 'estimand/network'
import { categorical, policyOf } from 'estimand/policy'
import { episodes, train, wholeBatch } from 'estimand/training'
import type { Training } from 'estimand/training'
import { clipped, compared, reinforce } from './pipelines.ts'

/** Mean return over the last 100 episodes that counts as solved. */
export const solvedAt = 475

/** One run: how the mean return of the last 100 episodes grew with the steps. */
export interface Curve {
  readonly name: string
  readonly seed: number
  readonly points: readonly { readonly steps: number; readonly meanReturn: number }[]
  /** Steps that were made in all. */
  readonly steps: number
  /** Whether it was solved with them. */
  readonly solved: boolean
  readonly seconds: number
}

/** The pipelines that were trained, in their order. */
export const namesIn = (curves: readonly Curve[]): readonly string[] => [...new Set(curves.map(({ name }) => name))]

/** The seeds that each was trained with. */
export const seedsIn = (curves: readonly Curve[]): readonly number[] => [...new Set(curves.map(({ seed }) => seed))]

/** Hears of each run: its beginning, every update, its end. */
export interface Watch {
  readonly begin: (name: string) => void
  readonly update: (meanReturn: number, steps: number) => void
  readonly end: (curve: Curve) => void
}

const environment = pipe(cartPole({ steps: Infinity }), timeLimit({ steps: 500, as: 'TimeLimit' }))
const same = {
  // The return is not discounted: there is no outer factor that could be dropped.
  sampler: episodes({ environment, count: 16, discount: 1 }),
  policy: policyOf(mlp({ observation: environment.observation, hidden: [64], outputs: [policyOutput(2)] }), categorical(2)),
  optimiser: adam(),
  // With 0.01 REINFORCE is faster when it learns, but not every seed does.
  rate: 0.003,
} as const

/**
 * The first pipeline, the third and the last. The first two are on-policy: one gradient step a batch. The last is not, and takes four; at the first
 * of these the ratio is 1, and it is the third. So the third tells better credit from reuse.
 */
const runs: readonly { readonly name: string; readonly begin: (seed: number) => Training }[] = [
  { name: 'REINFORCE', begin: (seed) => train({ ...same, objective: wholeBatch(reinforce), seed }) },
  { name: '+ baseline', begin: (seed) => train({ ...same, objective: wholeBatch(compared), seed }) },
  { name: '+ clip, 4 epochs', begin: (seed) => train({ ...same, objective: wholeBatch(clipped), epochs: 4, seed }) },
]

const meanOf = (xs: readonly number[]): number => xs.reduce((a, b) => a + b, 0) / xs.length

/** Trains with each pipeline and seed until it is solved, or has made `most` steps; the last batch is finished. */
export const trained = async (seeds: readonly number[], most: number, watch: Watch): Promise<readonly Curve[]> => {
  const curves: Curve[] = []
  for (const { name, begin } of runs)
    for (const seed of seeds) {
      watch.begin(name)
      const training = begin(seed)
      const points: { steps: number; meanReturn: number }[] = []
      let last: readonly number[] = []
      let [steps, seconds, solved] = [0, 0, false]
      while (!solved && steps < most) {
        const metrics = training.next()
        steps = metrics.steps
        seconds = metrics.seconds
        last = [...last, ...metrics.returns].slice(-100)
        const meanReturn = meanOf(last)
        points.push({ steps, meanReturn })
        solved = last.length === 100 && meanReturn >= solvedAt
        watch.update(meanReturn, steps)
        // Interrupts come in between.
        await setImmediate()
      }
      const curve = { name, seed, points, steps, solved, seconds }
      watch.end(curve)
      curves.push(curve)
    }
  return curves
}
