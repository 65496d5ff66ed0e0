/** Exact expectations by enumeration. */
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import { baseline, causality, describeProblems, importance, meanOverTrajectories, perStep, reduce, stateValue, totalReturn } from 'estimand'
import { exact, frozenLake, mdp } from 'estimand/exact'
import type { Mdp } from 'estimand/exact'
import type { Measure, Run } from '../measure.ts'
import { units } from '../measure.ts'

const right = <A>(result: E.Either<Parameters<typeof describeProblems>[0], A>): A => {
  if (E.isLeft(result)) throw new Error(describeProblems(result.left))
  return result.right
}

const states = 3
const actions = 3
const table = (entry: (s: number, a: number) => number): readonly (readonly number[])[] =>
  Array.from({ length: states }, (_, s) => Array.from({ length: actions }, (_a, a) => entry(s, a)))

/** Three states, three actions, every state reached from every other: 3^(2T) trajectories. */
const cube = (T: number): Mdp => {
  const even = Array.from({ length: states }, () => 1 / states)
  return right(
    mdp({
      S: states,
      A: actions,
      T,
      gamma: 0.9,
      rho: even,
      P: table(() => 0).map((row) => row.map(() => even)),
      R: table((s, a) => s - a / 2),
      theta: table((s, a) => (s * a) / 5),
      thetaBehaviour: table((s, a) => (s - a) / 5),
    }),
  )
}

const threeModifiers = pipe(totalReturn, causality, baseline(stateValue), importance(perStep), reduce(meanOverTrajectories))
const rewardToGo = pipe(totalReturn, causality, reduce(meanOverTrajectories))

const onCube = (T: number): Run => {
  const world = cube(T)
  return () => right(exact({ mdp: world, sampling: 'behaviour', value: 'exact', limit: 1e7 })(threeModifiers)).trajectories
}

const onLake = (): Run => {
  const lake = right(frozenLake({ horizon: 5, discount: 0.99, start: 9 }))
  return () => right(exact({ mdp: lake })(rewardToGo)).trajectories
}

/** Horizons of the growth: about 7e2, 7e3, 6e4, 5e5 and 5e6 trajectories. */
export const horizons: readonly number[] = [3, 4, 5, 6, 7]

/** What a horizon is called. */
export const nameOf = (T: number): string => `exact, T = ${T}, S = A = 3, three modifiers`

export const measures: readonly Measure[] = [
  ...horizons.map((T): Measure => ({ name: nameOf(T), unit: units.trajectoriesPerSecond, prepare: () => onCube(T) })),
  { name: 'exact, FrozenLake, horizon 5', unit: units.trajectoriesPerSecond, prepare: onLake },
]
