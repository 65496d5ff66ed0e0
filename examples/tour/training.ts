import { setImmediate } from 'node:timers/promises'
import { SingleBar } from 'cli-progress'
import { pipe } from 'fp-ts/lib/function.js'
import { cartPole, timeLimit } from 'estimand/environment'
import { adam, mlp, policyOutput } from 'estimand/network'
import { categorical, policyOf } from 'estimand/policy'
import { episodes, train, wholeBatch } from 'estimand/training'
import type { Training } from 'estimand/training'
import { clipped, reinforce } from './pipelines.ts'

/** Mean return over the last 100 episodes that counts as solved. */
export const solvedAt = 475

/** One run: how the mean return of the last 100 episodes grew with the steps. */
export interface Curve {
  readonly name: string
  readonly seed: number
  readonly points: readonly { readonly steps: number; readonly meanReturn: number }[]
  /** Steps after which it was solved; null: not within those that it had. */
  readonly solved: number | null
  readonly seconds: number
}

const environment = pipe(cartPole({ steps: Infinity }), timeLimit({ steps: 500, as: 'TimeLimit' }))
const same = {
  // The return is not discounted: there is no outer factor that could be dropped.
  sampler: episodes({ environment, count: 16, discount: 1 }),
  policy: policyOf(mlp({ observation: environment.observation, hidden: [64], outputs: [policyOutput(2)] }), categorical(2)),
  optimiser: adam(),
} as const

/** The first pipeline of the tour and the last. The first is on-policy: one gradient step a batch. The last is not, and takes four. */
const runs: readonly { readonly name: string; readonly begin: (seed: number) => Training }[] = [
  { name: 'REINFORCE', begin: (seed) => train({ ...same, objective: wholeBatch(reinforce), rate: 0.01, seed }) },
  { name: 'clipped, 4 epochs', begin: (seed) => train({ ...same, objective: wholeBatch(clipped), rate: 0.003, epochs: 4, seed }) },
]

/** Shows how far a run is: a bar on a terminal, a line at its end elsewhere. */
const shownOn = (stream: NodeJS.WriteStream, name: string) => {
  if (!stream.isTTY) return { show: () => {}, end: ({ seed, points, seconds }: Curve) => stream.write(`   ${name}, seed ${seed}: ${points.at(-1)?.steps ?? 0} steps, ${seconds.toFixed(1)} s\n`) }
  const bar = new SingleBar({ format: `   ${name.padEnd(18)} {bar} return {value} of ${solvedAt}, {steps} steps`, barCompleteChar: '█', barIncompleteChar: '░', barsize: 30, hideCursor: true, stream })
  bar.start(solvedAt, 0, { steps: 0 })
  return { show: (value: number, steps: number) => bar.update(Math.min(solvedAt, Math.round(value)), { steps }), end: () => bar.stop() }
}

/** Trains with each pipeline and seed until it is solved, or has made so many steps. */
export const trained = async (seeds: readonly number[], most: number, stream: NodeJS.WriteStream): Promise<readonly Curve[]> => {
  const curves: Curve[] = []
  for (const { name, begin } of runs)
    for (const seed of seeds) {
      const { show, end } = shownOn(stream, name)
      const points: { steps: number; meanReturn: number }[] = []
      let last: readonly number[] = []
      let [solved, seconds] = [null as number | null, 0]
      const training = begin(seed)
      while (solved === null && (points.at(-1)?.steps ?? 0) < most) {
        const metrics = training.next()
        last = [...last, ...metrics.returns].slice(-100)
        const meanReturn = last.reduce((a, b) => a + b, 0) / last.length
        points.push({ steps: metrics.steps, meanReturn })
        seconds = metrics.seconds
        if (last.length === 100 && meanReturn >= solvedAt) solved = metrics.steps
        show(meanReturn, metrics.steps)
        // Interrupts come in between.
        await setImmediate()
      }
      const curve = { name, seed, points, solved, seconds }
      end(curve)
      curves.push(curve)
    }
  return curves
}
