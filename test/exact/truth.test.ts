import * as E from 'fp-ts/lib/Either.js'
import { describeProblems, type Problem } from 'estimand'
import { chain, cliffWalking, frozenLake, mdp as checkedMdp, softmaxPolicy, truth, worlds } from 'estimand/exact'
import type { Mdp } from 'estimand/exact'
import { describe, expect, it } from 'vitest'
import { readVectors } from '../vectors/read.ts'
import type { MdpFile } from '../vectors/schema.ts'
import { gap, worldIn } from '../vectors/setting.ts'

const { mdps } = readVectors<MdpFile>('mdp.json')

const right = <A>(result: E.Either<readonly Problem[], A>): A => {
  if (E.isLeft(result)) throw new Error(describeProblems(result.left))
  return result.right
}

/** A number and its derivative along one parameter: a complex step with a step so small that its square is 0. */
interface Dual {
  readonly value: number
  readonly slope: number
}

/** softmax(logits) with the derivative along logit k; k = -1: along none. */
const softmaxAlong = (logits: readonly number[], k: number): readonly Dual[] => {
  const most = Math.max(...logits)
  const powers = logits.map((x, a): Dual => ({ value: Math.exp(x - most), slope: a === k ? Math.exp(x - most) : 0 }))
  const total = powers.reduce((a, b) => ({ value: a.value + b.value, slope: a.slope + b.slope }))
  return powers.map(({ value, slope }) => ({ value: value / total.value, slope: (slope * total.value - value * total.slope) / total.value ** 2 }))
}

/** J of a policy given by its logits, by the plain recursion V_t = sum_a pi_a sum_n P (R + gamma V_{t+1}), every product a product of duals. */
const objectiveAlong = (mdp: Mdp, theta: Mdp['theta'], gamma: number, state: number, action: number): Dual => {
  const { S, T, P, R, rho, terminal } = mdp
  const policy = theta.map((row, s) => softmaxAlong(row, s === state ? action : -1))
  let later: readonly Dual[] = Array.from({ length: S }, () => ({ value: 0, slope: 0 }))
  for (let t = T - 1; t >= 0; t--) {
    const after = later
    later = policy.map((row, s) => {
      if (terminal?.[s]) return { value: 0, slope: 0 }
      let value = 0
      let slope = 0
      for (const [a, pi] of row.entries())
        for (const [n, p] of P[s][a].entries()) {
          if (p === 0) continue
          const kind = R[s][a]
          const earned = (typeof kind === 'number' ? kind : kind[n]) + gamma * after[n].value
          value += pi.value * p * earned
          slope += p * (pi.slope * earned + pi.value * gamma * after[n].slope)
        }
      return { value, slope }
    })
  }
  return rho.reduce<Dual>((sum, p, s) => ({ value: sum.value + p * later[s].value, slope: sum.slope + p * later[s].slope }), { value: 0, slope: 0 })
}

const gradientOf = (mdp: Mdp, gamma: number): readonly number[] =>
  mdp.theta.flatMap((row, s) => row.map((_, a) => objectiveAlong(mdp, mdp.theta, gamma, s, a).slope))

/** Logits that differ everywhere, so that nothing vanishes by symmetry. */
const uneven = (S: number, A: number): readonly (readonly number[])[] =>
  Array.from({ length: S }, (_, s) => Array.from({ length: A }, (_x, a) => Math.sin(1 + 3 * s + 7 * a)))

const checked: Readonly<Record<string, Mdp>> = {
  ...Object.fromEntries(mdps.map((stored) => [stored.id, right(checkedMdp(worldIn(stored)))])),
  ...Object.fromEntries(Object.entries(worlds).map(([name, { mdp }]) => [name, mdp])),
  lake: right(frozenLake({ horizon: 12, discount: 0.95, theta: uneven(16, 4) })),
  cliff: right(cliffWalking({ horizon: 6, discount: 0.9, start: 24, theta: uneven(48, 4) })),
  chain: right(chain({ length: 4, horizon: 7, discount: 0.9, slip: 0.1, goal: 2, step: -0.1, theta: uneven(5, 2) })),
}

describe('objectives and gradients, differentiated along each logit', () => {
  it.each(Object.entries(checked))('%s', (_name, mdp) => {
    const known = truth(mdp)
    const J = objectiveAlong(mdp, mdp.theta, mdp.gamma, -1, -1).value
    const size = Math.max(1, Math.abs(J))
    expect(Math.abs(known.J - J) / size).toBeLessThan(1e-12)
    expect(Math.abs(known.JUndiscounted - objectiveAlong(mdp, mdp.theta, 1, -1, -1).value) / size).toBeLessThan(1e-12)
    expect(Math.abs(known.JBehaviour - objectiveAlong(mdp, mdp.thetaBehaviour, mdp.gamma, -1, -1).value) / size).toBeLessThan(1e-12)
    expect(gap(known.gradJ, gradientOf(mdp, mdp.gamma)) / size).toBeLessThan(1e-11)
    expect(gap(known.gradJUndiscounted, gradientOf(mdp, 1)) / size).toBeLessThan(1e-11)
    for (const [s, over] of (mdp.terminal ?? []).entries())
      if (over) expect(known.gradJ.slice(s * mdp.A, (s + 1) * mdp.A).every((x) => x === 0)).toBe(true)
  })
})

describe('with the behaviour policy equal to the target policy', () => {
  it('the mismatched gradients are the gradient, and both sides agree', () => {
    for (const [name, mdp] of Object.entries(checked)) {
      const known = truth({ ...mdp, thetaBehaviour: mdp.theta })
      for (const key of ['surrogateGrad', 'stateMismatchGrad', 'actionValueMismatchGrad'] as const) expect(known[key], `${name} ${key}`).toEqual(known.gradJ)
      expect(known.occupancyBehaviour, name).toEqual(known.occupancy)
      expect(known.QBehaviour, name).toEqual(known.Q)
      expect(known.VBehaviour, name).toEqual(known.V)
    }
  })
})

describe('softmaxPolicy', () => {
  it('is stable for large logits, row by row', () => {
    const { probability, logProbability } = softmaxPolicy([
      [1000, 1000],
      [-1000, 0],
    ])
    expect(Array.from(probability)).toEqual([0.5, 0.5, 0, 1])
    expect(Array.from(logProbability)).toEqual([-Math.LN2, -Math.LN2, -1000, 0])
  })

  it('sums to 1 however large the logits are', () => {
    for (const x of [1e6, -1e6, 1e16]) expect(Array.from(softmaxPolicy([[x, x]]).probability)).toEqual([0.5, 0.5])
  })
})

describe('chain', () => {
  const refusal = (result: E.Either<readonly Problem[], Mdp>): string => {
    if (E.isRight(result)) throw new Error('accepted')
    return describeProblems(result.left)
  }

  it('by hand: straight on at 3/4 a step, discount 1/2', () => {
    const onward = [
      [0.25, 0.75],
      [0.25, 0.75],
      [0.5, 0.5],
    ]
    const { J, meanLength, V } = truth(right(chain({ length: 2, horizon: 3, discount: 0.5, policy: onward })))
    // On, on: 9/16, paid at discount 1/2. Stay, on, on: 1/4 9/16, at 1/4. On, back, on, which ends in state 1: nothing.
    expect(J).toBeCloseTo((9 / 16) * (1 / 2) + (1 / 4) * (9 / 16) * (1 / 4), 15)
    expect(meanLength).toBeCloseTo(2 * (9 / 16) + 3 * (7 / 16), 15)
    expect(V[2]).toEqual([0, 0.75, 0])
  })

  it('slips the other way, and pays for the goal alone', () => {
    const { P, R, terminal, rho } = right(chain({ length: 2, horizon: 1, discount: 1, slip: 0.25, goal: 5, step: -1 }))
    expect(P).toEqual([
      [
        [0.75, 0.25, 0],
        [0.25, 0.75, 0],
      ],
      [
        [0.75, 0, 0.25],
        [0.25, 0, 0.75],
      ],
      [
        [0, 0, 1],
        [0, 0, 1],
      ],
    ])
    expect(R.map(([first]) => first)).toEqual([
      [-1, -1, 5],
      [-1, -1, 5],
      [0, 0, 0],
    ])
    expect(terminal).toEqual([false, false, true])
    expect(rho).toEqual([1, 0, 0])
  })

  it('refuses what it cannot build', () => {
    expect(refusal(chain({ length: 0, horizon: 2, discount: 1, slip: 2 }))).toBe(
      'length: expected an integer >= 1, got 0\nslip: expected a probability in [0, 1], got 2',
    )
    expect(refusal(chain({ length: 1, horizon: 0, discount: 1 }))).toBe('T: expected an integer >= 1, got 0')
    expect(refusal(chain({ length: 1, horizon: 1, discount: 1, goal: Infinity }))).toContain('R[0][0][1]: expected a finite number, got Infinity')
    expect(refusal(chain({ length: 1, horizon: 1, discount: 1, theta: [[0, 0]] }))).toBe('theta: expected 2 rows, one per state, got 1')
  })
})
