import { toJson } from 'estimand'
import type { Json } from 'estimand'
import { hosts, witnessOf } from 'estimand/laws'
import type { Host } from 'estimand/laws'

/** A reason of a word, shown by the smallest world in which it is found: why, the pipeline, and the world with both gradients. */
export interface Shown {
  readonly reason: string
  readonly shows: string
  readonly pipeline: readonly Json[]
  readonly report: string
}

const shownBy = (host: Host): Shown => {
  const found = witnessOf(host)({ seed: 1 })
  if (found === null) throw new Error(`docs/pages/witness.ts: no world shows that ${host.word} adds ${host.reason}`)
  return { reason: host.reason, shows: host.shows, pipeline: toJson(host.estimator) as readonly Json[], report: found.report }
}

/**
 * The witnesses of a word.
 *
 * @param word   a word of the registry
 * @param added  the names of the reasons that it adds; each has to have a host
 */
export const witnessesOf = (word: string, added: readonly string[]): readonly Shown[] => {
  const own = hosts.filter((host) => host.word === word)
  const without = added.filter((reason) => !own.some((host) => host.reason === reason))
  if (without.length > 0) throw new Error(`docs/pages/witness.ts: ${word} adds ${without.join(', ')}; laws/witnesses.ts has no host for that`)
  return own.map(shownBy)
}
