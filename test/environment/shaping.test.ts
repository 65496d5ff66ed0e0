import * as E from 'fp-ts/lib/Either.js'
import * as fc from 'fast-check'
import { pipe } from 'fp-ts/lib/function.js'
import { describe, expect, it } from 'vitest'
import { describeProblems } from 'estimand'
import type { Problem } from 'estimand'
import { mdp, truth } from 'estimand/exact'
import type { Mdp } from 'estimand/exact'
import { worldsUpTo } from 'estimand/laws'
import { ending, fromMdp, lockStep, pendulum, shapeReward, streamsOf, tabular, timeLimit, uniform } from '../../src/environment/index.ts'
import { seed } from '../seed/seed.ts'

const refuse = (problems: readonly Problem[]): never => {
  throw new TypeError(describeProblems(problems))
}

/** How a reward changes: what the law is about, and its mutants. */
type Shape = (now: number, next: number, discount: number) => number
const byPotential: Shape = (now, next, discount) => discount * next - now
const withoutDiscount: Shape = (now, next) => next - now

/** Phi by number of the state, and where it counts as 0. */
interface Potential {
  readonly phi: readonly number[]
  readonly atTheEnd: 'counts as 0' | 'counts'
}

/**
 * An MDP with its rewards changed. A horizon is a true end, where the potential counts as 0: so time must be part of the state, which is
 * then t S + s; states of time T are terminal.
 */
const shaped = (world: Mdp, shape: Shape, { phi, atTheEnd }: Potential): Mdp => {
  const { S, A, T, P, R, rho, terminal, theta, thetaBehaviour } = world
  const all = Array.from({ length: (T + 1) * S }, (_, k) => ({ t: Math.floor(k / S), s: k % S }))
  const over = ({ t, s }: { readonly t: number; readonly s: number }): boolean => t === T || (terminal?.[s] ?? false)
  const level = (place: { readonly t: number; readonly s: number }): number => (over(place) && atTheEnd === 'counts as 0' ? 0 : phi[place.s])
  const rewardOf = (s: number, a: number, n: number): number => {
    const reward = R[s][a]
    return typeof reward === 'number' ? reward : reward[n]
  }
  return pipe(
    mdp({
      S: all.length,
      A,
      T,
      gamma: world.gamma,
      rewardKind: 'sas',
      terminal: all.map(over),
      rho: all.map(({ t, s }) => (t === 0 ? rho[s] : 0)),
      P: all.map(({ t, s }, k) =>
        Array.from({ length: A }, (_, a) => all.map((to, n) => (t === T ? (n === k ? 1 : 0) : to.t === t + 1 ? P[s][a][to.s] : 0))),
      ),
      R: all.map((from) => Array.from({ length: A }, (_, a) => all.map((to) => (to.t === from.t + 1 ? rewardOf(from.s, a, to.s) + shape(level(from), level(to), world.gamma) : 0)))),
      theta: all.map(({ s }) => theta[s]),
      thetaBehaviour: all.map(({ s }) => thetaBehaviour[s]),
    }),
    E.getOrElseW(refuse),
  )
}

/** grad J of the policy of (t, s), summed over time: of the policy of s. */
const gradientOf = (world: Mdp, S: number): readonly number[] => {
  const { gradJ } = truth(world)
  return Array.from({ length: S * world.A }, (_, k) => gradJ.reduce((sum, x, at) => sum + (at % (S * world.A) === k ? x : 0), 0))
}

/** Q* by time, state and action. */
const bestValues = ({ S, A, T, P, R, terminal, gamma }: Mdp): readonly (readonly (readonly number[])[])[] => {
  let later = Array.from({ length: S }, () => 0)
  const Q: number[][][] = []
  for (let t = T - 1; t >= 0; t--) {
    const q = Array.from({ length: S }, (_, s) =>
      Array.from({ length: A }, (_a, a) => {
        const reward = R[s][a]
        return P[s][a].reduce((sum, p, n) => sum + p * ((typeof reward === 'number' ? reward : reward[n]) + gamma * later[n]), 0)
      }),
    )
    Q.unshift(q)
    later = q.map((row, s) => (terminal?.[s] ? 0 : Math.max(...row)))
  }
  return Q
}

const gap = (a: readonly number[], b: readonly number[]): number => a.reduce((most, x, k) => Math.max(most, Math.abs(x - b[k])), 0)

const potentials = fc.array(fc.integer({ min: -30, max: 30 }).map((x) => x / 10), { minLength: 3, maxLength: 3 })
const worlds = worldsUpTo({})
const plain: Potential = { phi: [0, 0, 0], atTheEnd: 'counts as 0' }

/** What shaping changes of grad J, in a world. */
const gradientGap = (world: Mdp, shape: Shape, potential: Potential): number =>
  gap(gradientOf(shaped(world, byPotential, plain), world.S), gradientOf(shaped(world, shape, potential), world.S))

describe('shaping by a potential', () => {
  it('shifts J by the potential of the start, and leaves grad J as it is', () => {
    fc.assert(
      fc.property(worlds, potentials, ({ mdp: world }, phi) => {
        const other = shaped(world, byPotential, { phi, atTheEnd: 'counts as 0' })
        const start = world.rho.reduce((sum, p, s) => sum + p * phi[s], 0)
        expect(Math.abs(truth(other).J - (truth(world).J - start))).toBeLessThan(1e-10)
        expect(gap(gradientOf(other, world.S), truth(world).gradJ)).toBeLessThan(1e-10)
      }),
      { numRuns: 300 },
    )
  })

  it('leaves the best actions as they are: Q* is shifted by the potential of the state', () => {
    fc.assert(
      fc.property(worlds, potentials, ({ mdp: world }, phi) => {
        const before = bestValues(world)
        const after = bestValues(shaped(world, byPotential, { phi, atTheEnd: 'counts as 0' }))
        for (const [t, rows] of before.entries())
          for (const [s, row] of rows.entries())
            if (!world.terminal?.[s]) expect(gap(row.map((q) => q - phi[s]), after[t][t * world.S + s])).toBeLessThan(1e-10)
      }),
      { numRuns: 200 },
    )
  })

  // Mutants: a law that they pass says nothing.
  it.each<readonly [string, Shape, Potential['atTheEnd']]>([
    ['without the discount', withoutDiscount, 'counts as 0'],
    ['with a potential that counts where the episode is over', byPotential, 'counts'],
    ['by the potential of the next state alone', (_, next, discount) => discount * next, 'counts as 0'],
  ])('is refuted %s: the control', (_, shape, atTheEnd) => {
    const found = fc.check(fc.property(worlds, potentials, ({ mdp: world }, phi) => gradientGap(world, shape, { phi, atTheEnd }) < 1e-10), { numRuns: 300 })
    expect(found.failed).toBe(true)
  })
})

describe('shapeReward', () => {
  it('pays what the shaped MDP pays, step by step', () => {
    fc.assert(
      fc.property(worlds, potentials, fc.integer(), ({ mdp: world }, phi, start) => {
        const other = shaped(world, byPotential, { phi, atTheEnd: 'counts as 0' })
        const ours = lockStep(pipe(fromMdp(world), shapeReward({ discount: world.gamma, potential: ([s]) => phi[s] })), { copies: 8, seed: start })
        const theirs = lockStep(fromMdp(other), { copies: 8, seed: start })
        const random = streamsOf(seed, 1)[0]
        for (let k = 0; k < 12; k++) {
          const actions = Array.from({ length: 8 }, () => Math.floor(uniform(random, 0, world.A)))
          ours.step(actions)
          theirs.step(actions)
          // Over in either way: at the horizon the shaped MDP is in a terminal state.
          expect(Array.from(ours.end, (end) => end !== ending.none)).toEqual(Array.from(theirs.end, (end) => end !== ending.none))
          expect(Array.from(ours.successor)).toEqual(Array.from(theirs.successor, (place) => place % world.S))
          expect(gap([...ours.reward], [...theirs.reward])).toBeLessThan(1e-12)
        }
      }),
      { numRuns: 200 },
    )
  })

  it('adds up to gamma^L Phi(s_L) - Phi(s_0) at a cut', () => {
    const discount = 0.9
    const potential = ([angle, speed]: Float64Array): number => Math.cos(angle) + speed
    const limited = pendulum({ steps: 17 })
    const ours = lockStep(pipe(limited, shapeReward({ discount, potential })), { copies: 1, seed, onEnd: 'wait' })
    const plainRun = lockStep(limited, { copies: 1, seed, onEnd: 'wait' })
    const first = potential(plainRun.state)
    let difference = 0
    for (let t = 0; t < 17; t++) {
      ours.step([1])
      plainRun.step([1])
      difference += discount ** t * (ours.reward[0] - plainRun.reward[0])
    }
    expect(ours.end[0]).toBe(ending.Truncated)
    expect(Math.abs(difference - (discount ** 17 * potential(plainRun.state) - first))).toBeLessThan(1e-12)
    expect(ours.episodeReturn).toEqual(plainRun.episodeReturn)
  })

  it('is not put inside a horizon, which it would not see', () => {
    const loop = tabular({ name: 'loop', states: 1, actions: 1, start: [1], branches: [[[{ probability: 1, next: 0, reward: 0, terminated: false }]]] })
    const shapedLoop = shapeReward({ discount: 1, potential: () => 1 })(loop)
    expect(() => timeLimit({ steps: 3, as: 'TimeLimit' })(shapedLoop)).toThrow('put shapeReward after timeLimit')
    expect(timeLimit({ steps: 3, as: 'Truncated' })(shapedLoop).changes).toEqual(['shapeReward(1)', 'timeLimit(3)'])
  })
})
