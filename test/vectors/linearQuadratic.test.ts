import * as E from 'fp-ts/lib/Either.js'
import { describeProblems, pipelineFromJson } from 'estimand'
import type { AnyEstimator, Problem } from 'estimand'
import { exactOnLinearQuadratic, linearGaussianScoreWithoutNormaliser, linearQuadratic } from 'estimand/exact'
import { describe, expect, it } from 'vitest'
import { readVectors } from './read.ts'
import { gap, problemIn } from './setting.ts'

const { lqr } = readVectors('mdp.json')
const { pipelines } = readVectors('pipelines.json')

const right = <A>(result: E.Either<readonly Problem[], A>): A => {
  if (E.isLeft(result)) throw new Error(describeProblems(result.left))
  return result.right
}
const dropped = '_dropped_normaliser'

describe("every linear-quadratic row, by the library's pipelines", () => {
  for (const stored of lqr)
    it(stored.id, { timeout: 60_000 }, () => {
      const problem = right(linearQuadratic(problemIn(stored)))
      for (const [id, row] of Object.entries(stored.estimators)) {
        const spec = pipelines[id.replace(dropped, '')]?.spec
        expect(spec, `${id} has a pipeline`).toBeTruthy()
        const e: AnyEstimator = right(pipelineFromJson(JSON.parse(JSON.stringify(spec).replaceAll('"aux.b"', String(stored.b)))))
        const score = id.endsWith(dropped) ? { score: linearGaussianScoreWithoutNormaliser } : {}
        const found = right(exactOnLinearQuadratic(problem, score)(e as Parameters<ReturnType<typeof exactOnLinearQuadratic>>[0]))
        expect(gap(found.expectation, row.expectation), `${id} expectation`).toBeLessThan(1e-9)
        expect(gap(found.bias, row.bias), `${id} bias`).toBeLessThan(1e-9)
        expect(gap(found.covDiag, row.covDiag), `${id} covDiag`).toBeLessThan(1e-9)
        expect(Math.abs(found.covTrace - row.covTrace), `${id} covTrace`).toBeLessThan(1e-9)
      }
    })

  it('refuses an estimator that couples trajectories', () => {
    const coupled = right(pipelineFromJson(['totalReturn', { baseline: 'leaveOneOut' }, { reduce: 'meanOverTrajectories' }]))
    const found = exactOnLinearQuadratic(right(linearQuadratic(problemIn(lqr[0]))))(coupled as Parameters<ReturnType<typeof exactOnLinearQuadratic>>[0])
    expect(E.isLeft(found) && describeProblems(found.left)).toContain('does not couple')
  })
})
