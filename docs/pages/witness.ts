import * as E from 'fp-ts/lib/Either.js'
import { reasons } from 'estimand'
import type { AnyEstimator, Json, KnownReason } from 'estimand'
import { tight } from 'estimand/laws'
import type { WitnessSetting } from 'estimand/laws'
import { attempt } from './stages.ts'

/** A reason shown by a world: the word that adds it, the pipeline that has no other, and the world with both gradients. */
export interface Shown {
  readonly word: string
  readonly reason: string
  readonly pipeline: readonly Json[]
  readonly report: string
}

/** A pipeline in which a word adds a reason. */
export interface Host {
  readonly word: string
  readonly reason: KnownReason
  readonly pipeline: readonly Json[]
  readonly setting: WitnessSetting
}

const mean: Json = { reduce: 'meanOverTrajectories' }

/** Hosts that cannot be found by the reasons alone: the pipeline has others, and the worlds are such that these cannot show. */
const chosen: readonly Host[] = [
  { word: 'vtrace', reason: 'truncation', pipeline: [{ vtrace: { rhoBar: 0.7, cBar: 1 } }, mean], setting: { horizon: 1 } },
  { word: 'vtrace', reason: 'inexact values', pipeline: [{ vtrace: { rhoBar: 1, cBar: 0.5 } }, mean], setting: { sampling: 'target' } },
]

/** The worlds that a reason needs in order to show, where they are not the usual ones: lengths that differ in more than one way. */
const settings: Readonly<Record<string, WitnessSetting>> = { 'own sample among survivors': { states: 3 }, 'random length': { states: 3 } }

/** A pipeline that a word stands in, and what it has become. */
export interface Candidate {
  readonly pipeline: readonly Json[]
  readonly before: AnyEstimator | null
  readonly after: AnyEstimator
}

const isKnown = (name: string): name is KnownReason => Object.hasOwn(reasons, name)

/** A host for each reason that a word adds: the first pipeline that has no other, or one that was chosen. */
export const hostsOf = (word: string, candidates: readonly Candidate[]): readonly Host[] => {
  const added = [...new Set(candidates.flatMap(({ before, after }) => after.reasons.flatMap(({ name }) => (before?.reasons.some((reason) => reason.name === name) === true ? [] : [name]))))]
  return added.flatMap((reason): readonly Host[] => {
    if (!isKnown(reason)) return []
    const one = chosen.find((host) => host.word === word && host.reason === reason)
    if (one !== undefined) return [one]
    const alone = candidates.filter(({ after }) => after.reasons.length === 1 && after.reasons[0].name === reason)
    // On rewards-to-go where there is a choice: whole returns need larger worlds to show some biases.
    const found = alone.find(({ pipeline }) => pipeline.includes('causality')) ?? alone[0]
    if (found === undefined) throw new Error(`docs/pages/witness.ts: ${word} adds ${reason} in no pipeline that has no other reason; choose a host`)
    return [{ word, reason, pipeline: found.pipeline, setting: settings[reason] ?? {} }]
  })
}

/** The smallest world that shows a reason in its host. */
export const witness = ({ word, reason, pipeline, setting }: Host): Shown => {
  const e = attempt(pipeline)
  const found = E.isRight(e) ? tight(reasons[reason], setting)({ seed: 1, runs: 400 })(e.right) : null
  if (found === null) throw new Error(`docs/pages/witness.ts: no world shows that ${word} adds ${reason}`)
  return { word, reason, pipeline, report: found.report }
}
