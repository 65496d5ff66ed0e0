import * as E from 'fp-ts/lib/Either.js'
import { describeProblems } from 'estimand'
import type { AnyEstimator } from 'estimand'
import { cost, exactOfAll, mdp as checkedMdp, truth } from 'estimand/exact'
import type { Exact, Setting, ValueTable, ActionValueTable } from 'estimand/exact'
import { describe, expect, it } from 'vitest'
import { readVectors } from './read.ts'
import type { MdpFile, PipelineFile, StoredMdp, StoredRow } from './schema.ts'
import { estimatorOf, gap, tableOf, worldIn } from './setting.ts'

const { mdps } = readVectors<MdpFile>('mdp.json')
const { pipelines } = readVectors<PipelineFile>('pipelines.json')

const right = <A>(result: E.Either<Parameters<typeof describeProblems>[0], A>): A => {
  if (E.isLeft(result)) throw new Error(describeProblems(result.left))
  return result.right
}

/** Rows that can be gone through together: same sampling, same batch size, same facts. */
const groups = (mdp: StoredMdp): ReadonlyMap<string, readonly StoredRow[]> => {
  const out = new Map<string, StoredRow[]>()
  for (const row of mdp.estimators) {
    const pipeline = pipelines[row.id]
    if (pipeline === undefined) throw new Error(`no pipeline for ${row.id}`)
    if (pipeline.spec === null) continue
    const key = JSON.stringify([row.sampling, row.N, pipeline.facts ?? {}])
    out.set(key, [...(out.get(key) ?? []), row])
  }
  return out
}

describe('every expectation row', () => {
  for (const stored of mdps)
    it(stored.id, { timeout: 120_000 }, () => {
      const mdp = right(checkedMdp(worldIn(stored)))
      for (const rows of groups(stored).values()) {
        const [{ id, sampling, N }] = rows
        const facts = pipelines[id].facts ?? {}
        const value = tableOf(facts.value, stored)
        const actionValue = tableOf(facts.actionValue, stored)
        const setting: Setting = {
          mdp,
          sampling,
          batchSize: N,
          ...(value === undefined ? {} : { value: value as ValueTable }),
          ...(actionValue === undefined ? {} : { actionValue: actionValue as ActionValueTable }),
        }
        const estimators: readonly AnyEstimator[] = rows.map((row) => estimatorOf(pipelines[row.id].spec ?? [], stored))
        const found: readonly Exact[] = right(exactOfAll(setting)(estimators))
        for (const [j, row] of rows.entries()) {
          const where = `${row.id}, N = ${N}`
          expect(found[j].target.name === row.target || truth(mdp)[row.target as 'gradJ'] !== undefined, where).toBe(true)
          expect(gap(found[j].expectation, row.expectation), `${where}: expectation`).toBeLessThan(1e-9)
          expect(gap(found[j].covDiag, row.covDiag), `${where}: covDiag`).toBeLessThan(1e-9)
          expect(Math.abs(found[j].covTrace - row.covTrace), `${where}: covTrace`).toBeLessThan(1e-9)
          expect(gap(found[j].bias, row.bias), `${where}: bias`).toBeLessThan(1e-9)
          expect(found[j].target.name, `${where}: target`).toBe(row.target)
          // A type that says never must never be wrong; where the values are exact, less than the type says may be true.
          if (estimators[j].reasons.length === 0) expect(row.unbiased, `${where}: declared unbiased`).toBe(true)
        }
      }
    })

  it('counts trajectories without going through them', () => {
    for (const stored of mdps) {
      const uncoupled = estimatorOf(['totalReturn', { reduce: 'meanOverTrajectories' }], stored)
      expect(cost({ mdp: right(checkedMdp(worldIn(stored))) })(uncoupled).trajectories, stored.id).toBe(stored.nTrajectories)
    }
  })
})

describe('every truth', () => {
  const numbersOf = (x: unknown): readonly number[] => (Array.isArray(x) ? x.flatMap(numbersOf) : [Number(x)])
  for (const stored of mdps)
    it(stored.id, () => {
      const known = truth(right(checkedMdp(worldIn(stored))))
      for (const [name, value] of Object.entries(known)) {
        expect(stored.truth[name], `${stored.id} lacks ${name}`).toBeDefined()
        expect(gap(numbersOf(value), numbersOf(stored.truth[name])), name).toBeLessThan(1e-9)
      }
    })
})
