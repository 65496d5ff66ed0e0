import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { root, tsc, withPrograms } from '../types/tsc.ts'

const header = `
import { pipe } from 'fp-ts/lib/function.js'
import { baseline, causality, clip, dropOuterDiscount, gae, importance, leaveOneOut, meanOverSteps, meanOverTrajectories, nStep, perStep, recipes, reduce, totalReturn, vtrace } from 'estimand'
import { cartPole, pendulum, timeLimit } from 'estimand/environment'
import { adam, mlp, policyOutput, valueOutput } from 'estimand/network'
import { categorical, policyOf } from 'estimand/policy'
import { entropyBonus, episodes, fitValue, inMinibatches, segments, train, wholeBatch } from '${join(root, 'src/training/index.ts')}'
const environment = pipe(cartPole({ steps: Infinity }), timeLimit({ steps: 500, as: 'TimeLimit' }))
const { observation } = environment
const plain = policyOf(mlp({ observation, hidden: [4], outputs: [policyOutput(2)] }), categorical(2))
const valued = policyOf(mlp({ observation, hidden: [4], outputs: [policyOutput(2), valueOutput] }), categorical(2))
const whole = { sampler: episodes({ environment, count: 2, discount: 1 }), policy: plain, optimiser: adam(), rate: 1, seed: 1 } as const
const pieces = { sampler: segments({ environment, copies: 2, length: 8, discount: 1 }), policy: valued, optimiser: adam(), rate: 1, seed: 1 } as const
const credit = pipe(totalReturn, causality, baseline(leaveOneOut))
const onPolicy = pipe(credit, reduce(meanOverTrajectories))
const clipped = pipe(credit, importance(perStep), clip({ epsilon: 0.2 }))
const advantages = pipe(gae({ lambda: 0.9 }), dropOuterDiscount)
`

const offPolicyWords = 'off-policy: add importance(...) to the pipeline, or sample again'
const segmentWords = 'segments: a return needs complete episodes; use gae, nStep or vtrace, or sample whole episodes'

/** What compiles: null. What does not: words of the error. */
const programs: readonly (readonly [what: string, program: string, words: string | null])[] = [
  ['one step of an on-policy estimator', 'train({ ...whole, objective: wholeBatch(onPolicy) })', null],
  ['one step, said to be one', 'train({ ...whole, objective: wholeBatch(onPolicy), epochs: 1, minibatches: 1 })', null],
  ['epochs of a clipped pipeline', 'train({ ...whole, objective: pipe(clipped, inMinibatches(meanOverTrajectories)), epochs: 4, minibatches: 2 })', null],
  ['epochs of a clipped estimator', 'train({ ...whole, objective: wholeBatch(recipes.clipped.estimator), epochs: 4 })', null],
  ['epochs known at run time only', 'train({ ...whole, objective: wholeBatch(onPolicy), epochs: 4 as number })', null],
  ['gae, nStep and vtrace on segments', `
    train({ ...pieces, objective: pipe(advantages, importance(perStep), inMinibatches(meanOverSteps), fitValue({ coefficient: 1, lambda: 1 })), epochs: 2 })
    train({ ...pieces, objective: wholeBatch(pipe(nStep({ n: 3 }), reduce(meanOverSteps))) })
    train({ ...pieces, objective: wholeBatch(pipe(vtrace({ rhoBar: 1, cBar: 1 }), reduce(meanOverSteps))), epochs: 2 })`, null],
  ['epochs of an on-policy estimator', 'train({ ...whole, objective: wholeBatch(onPolicy), epochs: 4 })', offPolicyWords],
  ['epochs of an on-policy estimator with a bonus', 'train({ ...whole, objective: pipe(wholeBatch(onPolicy), entropyBonus(0.1)), epochs: 4 })', offPolicyWords],
  ['minibatches of an on-policy pipeline', 'train({ ...whole, objective: pipe(credit, inMinibatches(meanOverTrajectories)), minibatches: 2 })', offPolicyWords],
  ['minibatches of an estimator', 'train({ ...whole, objective: wholeBatch(recipes.clipped.estimator), minibatches: 2 })', 'whole batch: end the pipe with inMinibatches(...) instead of reduce(...), or take minibatches: 1'],
  ['returns on segments', 'train({ ...pieces, objective: wholeBatch(onPolicy) })', segmentWords],
  ['clipped returns on segments', 'train({ ...pieces, objective: pipe(clipped, inMinibatches(meanOverSteps)), epochs: 2 })', segmentWords],
  ['advantages without a value', 'train({ ...pieces, policy: plain, objective: pipe(advantages, importance(perStep), inMinibatches(meanOverSteps)) })', 'bootstrapValue'],
  ['values fitted without a value', 'train({ ...whole, objective: pipe(wholeBatch(onPolicy), fitValue({ coefficient: 1, lambda: 1 })) })', 'bootstrapValue'],
  ['an environment of another space', 'train({ ...whole, sampler: episodes({ environment: pendulum(), count: 2, discount: 1 }), objective: wholeBatch(onPolicy) })', 'Discrete'],
  ['an option that is misspelt', 'train({ ...whole, objective: wholeBatch(onPolicy), epoch: 4 })', "'epoch' does not exist"],
  ['an option that is misspelt and missing', 'train({ sampler: whole.sampler, policy: whole.policy, objective: wholeBatch(onPolicy), optimiser: whole.optimiser, learningRate: 0.01, seed: 1 })', "'learningRate' does not exist"],
  ['an optimiser that is misspelt', 'train({ sampler: whole.sampler, policy: whole.policy, objective: wholeBatch(onPolicy), optimizer: whole.optimiser, rate: 0.01, seed: 1 })', "Did you mean to write 'optimiser'?"],
  ['an estimator as an objective', 'train({ ...whole, objective: onPolicy })', 'an objective: wholeBatch(estimator), or a pipeline that ends in inMinibatches(...) in place of reduce(...)'],
]

describe('the compiler', () => {
  const files = Object.fromEntries(programs.map(([, program], k) => [`program${k}.ts`, `${header}export const started = () => { ${program} }\n`]))
  const output = withPrograms({ ...files, 'all.ts': programs.map((_, k) => `export * as p${k} from './program${k}.ts'`).join('\n') }, (configOf) => tsc('-p', configOf('all.ts'), '--noUnusedLocals', 'false', '--rewriteRelativeImportExtensions', 'false'))
  const saidOf = (k: number): string =>
    output
      .split(/\n(?! )/)
      .filter((error) => error.includes(`program${k}.ts(`))
      .join('\n')

  it.each(programs.map(([what, , words], k) => [words === null ? `accepts ${what}` : `refuses ${what}`, k, words] as const))('%s', (_, k, words) => {
    if (words === null) expect(saidOf(k)).toBe('')
    else expect(saidOf(k)).toContain(words)
  })

  it('says of a misspelt option nothing but that', () => {
    const misspelt = programs.flatMap(([what], k) => (/misspelt|as an objective/.test(what) ? [saidOf(k).match(/error TS/g)?.length] : []))
    expect(misspelt).toEqual([1, 1, 1, 1])
  })
})
