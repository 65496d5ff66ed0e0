import { expect, test } from 'vitest'
import { tsc, withPrograms } from './tsc.ts'

const imports = `import { pipe } from 'fp-ts/lib/function.js'
import {
  actionValue, baseline, batchMean, causality, clip, constant, dropOuterDiscount, importance, leaveOneOut, meanOverSteps, meanOverTrajectories,
  normalise, perDecision, perStep, perTrajectory, reduce, stateValue, totalReturn, truncate, weightModifier, whitenSteps
} from 'estimand'
export const used = [
  pipe, actionValue, baseline, batchMean, causality, clip, constant, dropOuterDiscount, importance, leaveOneOut, meanOverSteps, meanOverTrajectories,
  normalise, perDecision, perStep, perTrajectory, reduce, stateValue, totalReturn, truncate, weightModifier, whitenSteps
]
`

const twelve = `${imports}
const masked = weightModifier({
  word: 'masked', needs: ['mask'], coupling: 'none', reasons: [], apply: (w) => w, formula: (w) => w, source: 'a test'
})
export const estimator = pipe(
  totalReturn,
  baseline(constant(1)),
  baseline(leaveOneOut),
  causality,
  dropOuterDiscount,
  baseline(stateValue),
  baseline(actionValue),
  normalise(whitenSteps({ ddof: 0, epsilon: 1e-8 })),
  importance(perStep),
  clip({ epsilon: 0.2 }),
  masked,
  reduce(meanOverTrajectories)
)
`

const before = ['', 'baseline(leaveOneOut), ', 'baseline(batchMean), ', 'baseline(constant(1)), ', 'baseline(constant(1)), baseline(leaveOneOut), ']
const after = ['', 'baseline(stateValue), ', 'baseline(constant(2)), ', 'dropOuterDiscount, ', 'baseline(actionValue), ']
const ratios = [
  'importance(perTrajectory), truncate({ at: 2 }), reduce(meanOverTrajectories)',
  'importance(perDecision), reduce(meanOverTrajectories)',
  'importance(perStep), clip({ epsilon: 0.2 }), reduce(meanOverTrajectories)',
  'reduce(meanOverSteps)',
]
const pipelines = before.flatMap((a) => after.flatMap((b) => ratios.map((c) => `pipe(totalReturn, ${a}causality, ${b}${c})`)))
const hundred = `${twelve}${pipelines.map((text, k) => `export const e${k} = ${text}\n`).join('')}`

const figure = (output: string, name: string): number => {
  const found = new RegExp(`^${name}:\\s+([\\d.]+)`, 'm').exec(output)
  if (found === null) throw new Error(`expected ${name} in what tsc printed, got:\n${output}`)
  return Number(found[1])
}

test('a pipeline of twelve stages costs at most 3,000 instantiations, a further one at most 100', () => {
  expect(pipelines).toHaveLength(100)
  const counted = withPrograms({ 'imports.ts': imports, 'twelve.ts': twelve, 'hundred.ts': hundred }, (configOf) =>
    ['imports.ts', 'twelve.ts', 'hundred.ts'].map((file) => {
      // One thread: each checker of several counts the shared types anew.
      const output = tsc('-p', configOf(file), '--extendedDiagnostics', '--singleThreaded')
      expect(output).not.toContain('error TS')
      return figure(output, 'Instantiations')
    }),
  )
  const [alone, one, many] = counted
  const repository = tsc('-p', '.', '--extendedDiagnostics')
  const figures = {
    'imports alone': alone,
    'twelve stages, above the imports': one - alone,
    'each of 100 further pipelines': (many - one) / 100,
    'whole repository': figure(repository, 'Instantiations'),
    'check time of the whole repository, s': figure(repository, 'Check time'),
  }
  process.stdout.write(`${Object.entries(figures).map(([name, x]) => `${name}: ${x}`).join('\n')}\n`)
  expect(figures['twelve stages, above the imports']).toBeLessThanOrEqual(3_000)
  expect(figures['each of 100 further pipelines']).toBeLessThanOrEqual(100)
})
