import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import {
  baseline,
  baselineOf,
  causality,
  claimScale,
  clip,
  constant,
  creditModifier,
  dropOuterDiscount,
  estimate,
  explain,
  fromSteps,
  gae,
  importance,
  leaveOneOut,
  meanOverTrajectories,
  mix,
  perDecision,
  perStep,
  perTrajectory,
  pipelineFromJson,
  plus,
  ratioModifier,
  ratioOf,
  reason,
  reduce,
  reductionOf,
  registry,
  returnCredit,
  returnsToGo,
  stepCredit,
  terminated,
  timeLimit,
  totalReturn,
  weightModifier,
  wholeReturns,
  withColumn,
} from 'estimand'
import type { AnyBaseline, AnyEstimator, AnyRatio, AnyWeighting, Estimator, Registry } from 'estimand'
import { exact, exactOfAll, worlds } from 'estimand/exact'
import { baselinesOfThePastAreNeutral, permutation, sound, splitting, tight, tryLaw } from 'estimand/laws'
import { testLaw } from 'estimand/laws/vitest'
import { describe, expect, it } from 'vitest'
import { must, text, thrown } from '../estimator/outcome.ts'
import { seed } from '../seed/seed.ts'
import { gap } from '../vectors/setting.ts'

const mean = reduce(meanOverTrajectories)
const toGo = pipe(totalReturn, causality)
const source = 'Own, this test'
const f = (said: string) => ({ text: said, latex: said })
const because = <const Name extends string>(name: Name, kind: 'scaled' | 'biased' | 'other objective') =>
  reason({ name, class: kind, because: 'so it is made', expectation: f(name), source })

const lost = because('size is lost', 'biased')
const doubledReason = because('doubled', 'scaled')
const capped = because('capped', 'biased')
const greatest = because('the greatest is its own', 'biased')

// A credit per step, with the outer factor.
const goingOn = stepCredit({
  word: 'goingOn',
  needs: ['Reward', 'CompleteEpisodes'],
  reasons: [],
  outer: 'discount',
  formula: f('G*_it'),
  source,
  column: (batch) => returnsToGo(batch, batch.reward, batch.discount),
})
// A credit that is a return, so that its rewards stay separable.
const shaped = returnCredit({ word: 'shaped', needs: ['Reward'], reasons: [], objective: 'discounted', formula: f('R*_i'), source, reward: ({ reward }) => reward })
// A change of the credit that shifts every step alike: E z = 0.
const shifted = (by: number) =>
  creditModifier({ word: 'shifted', argument: { by }, needs: [], coupling: 'none', reasons: [], apply: (c) => c.map((x) => x + by), formula: (c) => f(`${c.text} + ${by}`), source })
const signs = creditModifier({ word: 'signs', needs: [], coupling: 'none', reasons: [lost], apply: (c) => c.map(Math.sign), formula: (c) => f(`sign(${c.text})`), source })
// A change of the ratio.
const cap = ratioModifier({ word: 'cap', needs: [], coupling: 'none', reasons: [capped], apply: (rho) => rho.map((x) => Math.min(x, 1)), formula: (rho) => f(`min(${rho.text}, 1)`), source })
// A change of the weight.
const doubled = weightModifier({ word: 'doubled', needs: [], coupling: 'none', reasons: [doubledReason], apply: (w) => w.map((x) => 2 * x), formula: (w) => f(`2 ${w.text}`), source })
// Baselines: of the state, and made from the batch.
const halfValue = baselineOf({
  word: 'halfValue',
  row: 'stepBaseline',
  needs: ['StateValue'],
  coupling: 'none',
  reasons: { whole: [], perStep: [] },
  level: ({ batch }) => ({ axis: 'per step', column: Float64Array.from(batch.value, (v) => v / 2) }),
  formula: { whole: f('V/2'), perStep: f('V/2') },
  source,
})
const othersMean = baselineOf({
  word: 'othersMean',
  row: 'batchBaseline',
  needs: ['Reward'],
  coupling: 'exchangeable',
  reasons: { whole: [], perStep: [] },
  level: ({ batch }) => {
    const returns = wholeReturns(batch, batch.reward, batch.discount)
    const total = returns.reduce((a, b) => a + b, 0)
    return { axis: 'per trajectory', column: returns.map((own) => (batch.count === 1 ? 0 : (total - own) / (batch.count - 1))) }
  },
  formula: { whole: f('others'), perStep: f('others') },
  source,
})
const best = baselineOf({
  word: 'best',
  row: 'batchBaseline',
  needs: ['Reward'],
  coupling: 'exchangeable',
  reasons: { whole: [greatest], perStep: [greatest] },
  level: ({ batch }) => ({ axis: 'constant', value: Math.max(...wholeReturns(batch, batch.reward, batch.discount)) }),
  formula: { whole: f('max_j R_j'), perStep: f('max_j R_j') },
  source,
})
// A ratio, and a reduction.
const product = ratioOf({
  word: 'product',
  stage: 'trajectory ratio',
  needs: [],
  reasons: [],
  ratio: (l, { offsets, count }) => {
    const out = new Float64Array(l.length)
    for (let i = 0; i < count; i++) out.fill(l.subarray(offsets[i], offsets[i + 1]).reduce((rho, x) => rho * Math.exp(x), 1), offsets[i], offsets[i + 1])
    return out
  },
  formula: f('prod_t rho_t'),
  source,
})
const perThousand = reductionOf({ word: 'perThousand', reasons: [because('in thousandths', 'scaled')], coupling: 'none', scale: ({ count }) => 1000 / count, formula: f('1000/N'), source })
const plainMean = reductionOf({ word: 'plainMean', reasons: [], coupling: 'none', scale: ({ count }) => new Float64Array(count).fill(1 / count), formula: f('1/N'), source })

const any = <N, B extends string>(e: Estimator<N, B>): AnyEstimator => e as Estimator<unknown, B>
const reasonNames = <N, B extends string>(e: Estimator<N, B>) => e.reasons.map(({ name }) => name)

/** Discount 1/2: G = (3, 4), (8); R = 3, 8; V = 2, 4 | 6; ratios 2, 1/2 | 1/4. */
const batch = must(
  fromSteps({
    discount: 0.5,
    provenance: 'off-policy',
    episodes: 'complete',
    actions: 'continuous',
    trajectories: [
      { reward: [1, 4], value: [2, 4], logProb: [Math.log(2), Math.log(0.5)], behaviourLogProb: [0, 0], end: terminated },
      { reward: [8], value: [6], logProb: [Math.log(0.25)], behaviourLogProb: [0], end: timeLimit },
    ],
  }),
)
const on = { ...batch, provenance: 'on-policy' } as const

describe('words of one’s own, estimated by hand', () => {
  const weighs = <N, B extends string>(name: string, e: Estimator<N, B>, expected: readonly number[], data: unknown = on) =>
    it(name, () => {
      const w = estimate(any(e))(data as never)
      expect(gap(w, expected.map((x) => x / 2)), String(w)).toBeLessThan(1e-12)
    })
  weighs('a credit per step', pipe(goingOn, mean), [3, 2, 8])
  weighs('with a baseline inside', pipe(goingOn, baseline(constant(1)), mean), [2, 1.5, 7])
  weighs('without its outer factor', pipe(goingOn, dropOuterDiscount, mean), [3, 4, 8])
  weighs('a return, and causality on it', pipe(shaped, mean), [3, 3, 8])
  weighs('a return, and causality on it, and leaveOneOut', pipe(shaped, causality, baseline(leaveOneOut), mean), [3 - 8, 2, 8 - 3])
  // rho_{0:u} gamma^u r_u: 2, 1 2 | 1/4 8
  weighs('a return per decision', pipe(shaped, causality, importance(perDecision), mean), [4, 2, 2], batch)
  weighs('a change of the credit', pipe(toGo, shifted(1), mean), [4, 3, 9])
  weighs('two changes of the credit', pipe(toGo, shifted(-2.5), signs, mean), [1, -1, 1])
  weighs('a ratio', pipe(toGo, importance(product), mean), [3, 2, 2], batch)
  weighs('a change of the ratio', pipe(toGo, importance(perStep), cap, mean), [3, 1, 2], batch)
  weighs('a change of a change', pipe(toGo, importance(perTrajectory), doubled, mean), [6, 4, 4], batch)
  weighs('a change of the weight, twice', pipe(toGo, doubled, doubled, mean), [12, 8, 32])
  weighs('a baseline of the state', pipe(toGo, baseline(halfValue), mean), [2, 1, 5])
  weighs('a baseline of the batch', pipe(totalReturn, baseline(othersMean), mean), [-5, -5, 5])
  weighs('a baseline of the batch, flat', pipe(totalReturn, baseline(othersMean), causality, mean), [-5, -6, 5])
  weighs('a biased baseline of the batch', pipe(totalReturn, baseline(best), mean), [-5, -5, 0])
  weighs('a reduction', pipe(toGo, reduce(perThousand)), [3000, 2000, 8000])
  weighs('a reduction with a number per trajectory', pipe(toGo, reduce(plainMean)), [3, 2, 8])
  // c = 3 - 1, (4 - 2)/2, 8 - 3, plus 1; ratios product 1, 1 | 1/4, capped; doubled
  weighs('all of them', pipe(shaped, causality, baseline(halfValue), shifted(1), importance(product), cap, doubled, reduce(perThousand)), [6000, 4000, 3000], batch)
  weighs('combined with ours', pipe(pipe(goingOn, mean), plus(pipe(toGo, mean))), [6, 4, 16])
})

describe('they say what they need and why they are biased', () => {
  const all = pipe(shaped, causality, baseline(halfValue), shifted(1), signs, importance(product), cap, doubled, reduce(perThousand))
  it('needs, reasons, sources, words', () => {
    expect(all.needs).toEqual(['Reward', 'CompleteEpisodes', 'StateValue', 'BehaviourLogProb'])
    expect(reasonNames(all)).toEqual(['size is lost', 'capped', 'doubled', 'in thousandths'])
    const said = explain(all)
    expect(said.weight.text).toMatch(/^1000\/N /)
    expect(said.weight.text).toContain('2 min(prod_t rho_t, 1) (sign(gamma^t ((R*_i from t on) - V/2) + 1))')
    expect(said.sources).toContain(source)
    expect(said.pipeline).toEqual([
      'shaped',
      'causality',
      'baseline "halfValue"',
      'shifted {"by":1}',
      'signs',
      'importance "product"',
      'cap',
      'doubled',
      'reduce "perThousand"',
    ])
    expect(said.expectation).toBeNull()
    expect(explain(pipe(toGo, doubled, mean)).expectation?.text).toBe('doubled')
  })
  it('reasons are in the type', () => {
    const typed: Estimator<never, 'size is lost' | 'capped' | 'doubled' | 'in thousandths'> = all
    // @ts-expect-error 'capped' and others are missing
    const untrue: Estimator<never, 'size is lost'> = all
    expect(typed).toBe(untrue)
  })
  it('the legality table holds for them too', () => {
    expect(thrown(() => pipe(totalReturn, baseline(othersMean), baseline(leaveOneOut as never) as never))).toBe(
      'IllegalStep: baseline: batchMean or leaveOneOut is subtracted already; remove the second one',
    )
    // @ts-expect-error baseline: this one is a number per step, a whole return is not; put causality before it
    expect(thrown(() => pipe(totalReturn, baseline(halfValue)))).toContain('IllegalStep: baseline: this one is a number per step')
    // @ts-expect-error ratio modifier: needs a ratio; put importance(perStep) before it
    expect(thrown(() => pipe(toGo, cap))).toBe('IllegalStep: ratio modifier: needs a ratio; put importance(perStep) before it')
    // @ts-expect-error credit modifier: goes before importance; move it up
    expect(thrown(() => pipe(toGo, importance(product), signs))).toBe('IllegalStep: credit modifier: goes before importance; move it up')
  })
})

describe('a column of one’s own', () => {
  const novelty = stepCredit({ word: 'novelty', needs: ['novelty'], reasons: [lost], outer: 'none', formula: f('n_t'), source, column: (b) => Float64Array.from(b.novelty) })
  const masked = weightModifier({ word: 'masked', needs: ['mask'], coupling: 'none', reasons: [lost], apply: (w, b) => w.map((x, k) => x * b.mask[k]), formula: (w) => f(`m_t ${w.text}`), source })
  const bonus = baselineOf({
    word: 'bonus', row: 'baseline', needs: ['mask'], coupling: 'none', reasons: { whole: [], perStep: [] },
    level: ({ batch: b }) => ({ axis: 'per step', column: b.mask }), formula: { whole: f('m'), perStep: f('m') }, source,
  })
  const e = pipe(novelty, mean)
  it('is checked by the compiler and at run time', () => {
    // @ts-expect-error the batch has no column novelty
    expect(thrown(() => estimate(e)(on))).toBe('NeedsNotMet: estimate: the batch has no column novelty; add it with withColumn')
    // @ts-expect-error the column has another name
    expect(thrown(() => estimate(e)(must(withColumn('oddity', [1, 2, 3])(on))))).toContain('no column novelty')
    expect(gap(estimate(e)(must(withColumn('novelty', [1, 2, 3])(on))), [0.5, 1, 1.5])).toBe(0)
  })
  it('several, each by its name', () => {
    const both = pipe(novelty, baseline(bonus), masked, mean)
    expect(both.needs).toEqual(['novelty', 'mask', 'OnPolicy'])
    const wide = must(pipe(withColumn('novelty', [1, 2, 3])(on), E.chain(withColumn('mask', [0, 1, 2]))))
    // (1 - 0) 0, (2 - 1) 1, (3 - 2) 2
    expect(gap(estimate(both)(wide), [0, 0.5, 1])).toBe(0)
    // @ts-expect-error mask is missing
    expect(thrown(() => estimate(both)(must(withColumn('novelty', [1, 2, 3])(on))))).toContain('no column mask')
    expect(Array.from(wide.novelty)).toEqual([1, 2, 3])
    expect(Array.from(wide.mask)).toEqual([0, 1, 2])
  })
  it('exact says that no world has it', () => expect(text(exactOfAll({ mdp: worlds.rtgRaisesVariance.mdp })([any(e)]))).toContain('the batch has no column novelty; add it with withColumn'))
})

describe('exact moments', () => {
  const { mdp } = worlds.timestepRatioFlipsSign
  it('agree with ours where the mathematics does', () => {
    const pairs: readonly (readonly [AnyEstimator, AnyEstimator])[] = [
      [any(pipe(goingOn, mean)), any(pipe(toGo, mean))],
      [any(pipe(shaped, mean)), any(pipe(totalReturn, mean))],
      [any(pipe(totalReturn, baseline(othersMean), mean)), any(pipe(totalReturn, baseline(leaveOneOut), mean))],
      [any(pipe(toGo, importance(product), reduce(plainMean))), any(pipe(toGo, importance(perTrajectory), mean))],
    ]
    for (const sampling of ['target', 'behaviour'] as const)
      for (const [own, ours] of pairs) {
        if (sampling === 'behaviour' && ours.needs.includes('OnPolicy')) continue
        const [a, b] = must(exactOfAll({ mdp, sampling })([own, ours]))
        expect(gap(a.expectation, b.expectation)).toBeLessThan(1e-12)
        expect(gap(a.covDiag, b.covDiag)).toBeLessThan(1e-12)
        expect(gap(a.bias, a.bias.map(() => 0))).toBeLessThan(1e-12)
      }
  })
  it('doubled is twice the gradient', () => {
    const { expectation, target } = must(exact({ mdp })(pipe(toGo, doubled, mean)))
    expect(gap(expectation, target.value.map((x) => 2 * x))).toBeLessThan(1e-12)
  })
  it('a word that looks at the batch and says that it does not is found out', () => {
    const quiet = baselineOf({ ...othersMean, needs: ['Reward'], coupling: 'none' })
    expect(text(exact({ mdp: worlds.timestepRatioFlipsSign.mdp })(pipe(totalReturn, baseline(quiet), mean)))).toContain("declare the coupling 'exchangeable' in the word that looks at the batch")
    expect(tryLaw({ seed, runs: 100 })(splitting(pipe(totalReturn, baseline(quiet), mean)))._tag).toBe('failed')
  })
})

describe('laws: honest words pass', () => {
  const honest: Readonly<Record<string, AnyEstimator>> = {
    'a credit per step': any(pipe(goingOn, mean)),
    'a credit per step, corrected': any(pipe(goingOn, importance(perTrajectory), mean)),
    'a return': any(pipe(shaped, causality, mean)),
    'a return, per decision': any(pipe(shaped, causality, importance(perDecision), mean)),
    'a change of the credit': any(pipe(toGo, shifted(1), mean)),
    'a change of the credit, corrected': any(pipe(toGo, shifted(1), importance(product), mean)),
    'a baseline of the state': any(pipe(toGo, baseline(halfValue), mean)),
    'a baseline of the state, per decision': any(pipe(toGo, baseline(halfValue), importance(perDecision), mean)),
    'a baseline of the batch': any(pipe(totalReturn, baseline(othersMean), mean)),
    'a baseline of the batch, flat': any(pipe(totalReturn, baseline(othersMean), causality, mean)),
    'a ratio': any(pipe(totalReturn, importance(product), mean)),
    'a reduction': any(pipe(toGo, reduce(plainMean))),
    'a mean of ours and one’s own': any(mix([0.5, pipe(goingOn, mean)], [0.5, pipe(toGo, mean)])),
    'a scale that is claimed': any(pipe(toGo, doubled, mean, claimScale({ factor: () => 2, text: '2' }))),
    'another scale that is claimed': any(pipe(toGo, reduce(perThousand), claimScale({ factor: () => 1000, text: '1000' }))),
  }
  for (const [name, e] of Object.entries(honest))
    it(name, () => {
      const outcome = tryLaw({ seed, runs: 40 })(sound(e))
      expect(outcome._tag === 'failed' ? outcome.report : '').toBe('')
      expect(tryLaw({ seed, runs: 40 })(permutation(e))._tag).toBe('held')
      if (e.coupling === 'none') expect(tryLaw({ seed, runs: 40 })(splitting(e))._tag).toBe('held')
    })
  testLaw(baselinesOfThePastAreNeutral(halfValue), { seed, runs: 20 })
})

describe('laws: words that lie are rejected, with a table', () => {
  const noReason = { reasons: [], needs: [], coupling: 'none', source } as const
  const liars: Readonly<Record<string, AnyEstimator>> = {
    'a credit per step that forgets the last reward': any(
      pipe(stepCredit({ word: 'l', needs: ['Reward', 'CompleteEpisodes'], reasons: [], outer: 'discount', formula: f('l'), source, column: (b) => {
        const reward = Float64Array.from(b.reward)
        for (let i = 0; i < b.count; i++) reward[b.offsets[i + 1] - 1] = 0
        return returnsToGo(b, reward, b.discount)
      } }), mean),
    ),
    'a credit per step without its outer factor': any(
      pipe(stepCredit({ word: 'l', needs: ['Reward', 'CompleteEpisodes'], reasons: [], outer: 'none', formula: f('l'), source, column: (b) => returnsToGo(b, b.reward, b.discount) }), mean),
    ),
    'a return of squares': any(
      pipe(returnCredit({ word: 'l', needs: ['Reward'], reasons: [], objective: 'discounted', formula: f('l'), source, reward: ({ reward }) => Float64Array.from(reward, (r) => r * r) }), causality, mean),
    ),
    'a change of the credit': any(pipe(toGo, creditModifier({ ...noReason, word: 'l', apply: (c) => c.map(Math.sign), formula: (c) => c }), mean)),
    'a change of the ratio': any(pipe(toGo, importance(perTrajectory), ratioModifier({ ...noReason, word: 'l', apply: (rho) => rho.map((x) => Math.min(x, 1)), formula: (r) => r }), mean)),
    'a change of the weight': any(pipe(toGo, weightModifier({ ...noReason, word: 'l', apply: (w) => w.map((x) => Math.max(x, 0)), formula: (w) => w }), mean)),
    'a baseline of the reward': any(
      pipe(toGo, baseline(baselineOf({ ...halfValue, word: 'l', needs: ['Reward'], level: ({ batch: b }) => ({ axis: 'per step', column: b.reward }) })), mean),
    ),
    'a baseline of the batch with the own sample': any(pipe(totalReturn, baseline(baselineOf({ ...best, word: 'l', needs: ['Reward'], reasons: { whole: [], perStep: [] } })), mean)),
    'a ratio': any(pipe(toGo, importance(ratioOf({ ...product, word: 'l', needs: [], ratio: (l) => l.map((x) => Math.exp(x / 2)) })), mean)),
    'a reduction': any(pipe(toGo, reduce(reductionOf({ word: 'l', reasons: [], coupling: 'exchangeable', scale: ({ offsets, count }) => 1 / offsets[count], formula: f('l'), source })))),
    'a claim': any(pipe(toGo, doubled, mean, claimScale({ factor: () => 3, text: '3' }))),
  }
  for (const [name, e] of Object.entries(liars))
    it(name, () => {
      const outcome = tryLaw({ seed, runs: 300 })(sound(e))
      if (outcome._tag !== 'failed') throw new Error('the liar was believed')
      expect(outcome.report).toMatch(/^sound fails \(seed -?\d+\): E ghat = /)
      expect(outcome.report).toMatch(/state\s+start\s+action\s+next state\s+reward\s+pi\(a\|s\)\s+mu\(a\|s\)/)
      expect(outcome.report).toMatch(/state\s+action\s+expected\s+actual\s+difference/)
    })
})

describe('laws: a reason of one’s own has a witness', () => {
  it('one that is true', () => {
    expect(tight(lost)({ seed, runs: 200 })(pipe(toGo, signs, mean))?.report).toContain('size is lost shows')
    expect(tight(doubledReason)({ seed, runs: 50 })(pipe(toGo, doubled, mean))).not.toBeNull()
    expect(tight(capped)({ seed, runs: 200 })(pipe(toGo, importance(perTrajectory), cap, mean))).not.toBeNull()
    expect(tight(greatest)({ seed, runs: 100 })(pipe(totalReturn, baseline(best), mean))).not.toBeNull()
  })
  it('one that is not', () => {
    const modest = creditModifier({ word: 'modest', needs: [], coupling: 'none', reasons: [lost], apply: (c) => c, formula: (c) => c, source })
    expect(tight(lost)({ seed, runs: 60 })(pipe(toGo, modest, mean))).toBeNull()
    // A pure scale is no bias.
    expect(tight(because('doubled', 'biased'))({ seed, runs: 60 })(pipe(toGo, doubled, mean))).toBeNull()
  })
})

describe('in a registry, by JSON', () => {
  const untyped = (step: unknown) => step as (w: unknown) => AnyWeighting
  const own: Registry = {
    credits: { ...registry.credits, goingOn: { bare: goingOn as unknown as AnyWeighting, takes: null, called: () => goingOn as unknown as AnyWeighting } },
    modifiers: {
      ...registry.modifiers,
      signs: { bare: untyped(signs), takes: null, called: () => untyped(signs) },
      doubled: { bare: untyped(doubled), takes: null, called: () => untyped(doubled) },
      shifted: { bare: null, takes: ['by'], called: ({ by }: { readonly by: number }) => untyped(shifted(by)) },
    },
    baselines: { ...registry.baselines, halfValue: { bare: halfValue as AnyBaseline, takes: null, called: () => halfValue as AnyBaseline } },
    normalisations: registry.normalisations,
    ratios: { ...registry.ratios, product: { bare: product as AnyRatio, takes: null, called: () => product as AnyRatio } },
    reductions: { ...registry.reductions, perThousand: { bare: perThousand, takes: null, called: () => perThousand } },
  }
  const json = ['goingOn', { baseline: 'halfValue' }, { shifted: { by: 1 } }, { importance: 'product' }, { clip: { epsilon: 0.2 } }, 'doubled', { reduce: 'perThousand' }]
  it('the same as written', () => {
    const decoded = must(pipelineFromJson(json, own))
    const direct = pipe(goingOn, baseline(halfValue), shifted(1), importance(product), clip({ epsilon: 0.2 }), doubled, reduce(perThousand))
    for (const key of ['composition', 'formula', 'needs', 'reasons', 'sources', 'coupling', 'objective'] as const) expect(decoded[key]).toEqual(direct[key])
    expect(gap(estimate(decoded)(batch as never), estimate(direct)(batch))).toBe(0)
  })
  it('what is illegal is refused, with the position', () => {
    expect(text(pipelineFromJson(['goingOn', { importance: 'product' }, 'signs', { reduce: 'perThousand' }], own))).toBe(
      'pipeline[2]: expected credit modifier: goes before importance; move it up, got "signs"',
    )
    expect(text(pipelineFromJson(['goingOn', { shifted: { bye: 1 } }, { reduce: 'perThousand' }], own))).toBe('pipeline[1].shifted.bye: expected one of by (nearest: by), got "bye"')
    expect(text(pipelineFromJson(['goingOn', { importance: 'produkt' }, { reduce: 'perThousand' }], own))).toContain('(nearest: product)')
  })
  it('without the registry nobody knows them', () => {
    expect(text(pipelineFromJson(json))).toContain('pipeline[0]: expected one of totalReturn')
    expect(text(pipelineFromJson(['totalReturn', 'doubled', { reduce: 'meanOverSteps' }]))).toContain('got "doubled"')
    expect(Object.keys(registry.credits)).not.toContain('goingOn')
  })
  it('ours still work beside them', () =>
    expect(must(pipelineFromJson([{ gae: { lambda: 1 } }, { reduce: 'meanOverTrajectories' }], own)).formula).toEqual(pipe(gae({ lambda: 1 }), mean).formula))
})
