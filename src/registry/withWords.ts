import type { Kind } from '../trajectories/argument.ts'
import { refuseArgument } from '../trajectories/argument.ts'
import { isPlain, isRecord } from '../trajectories/keys.ts'
import type { Registry } from './registry.ts'
import { aRegistry } from './registry.ts'

/** Words of your own by the place where they may stand. */
export type MoreWords = { readonly [Place in keyof Registry]?: Registry[Place] }

const taken = ['baseline', 'normalise', 'importance', 'reduce', 'plus', 'scale', 'mix', 'zero']

/** The word that a value calls itself by; null for a step, which says it only once it is applied. */
const ownWord = (value: unknown): unknown => {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return null
  if ('words' in value && Array.isArray(value.words)) return (value.words as readonly { readonly word?: unknown }[])[0]?.word
  return 'word' in value ? value.word : null
}

const refuse = (word: string, because: string): never => {
  throw new RangeError(`withWords: ${word}: ${because}`)
}

const anEntry: Kind = {
  expected: 'an entry, such as entry.alone(word) or entry.withOptions([...], called)',
  holds: (x) => isRecord(x) && 'bare' in x && typeof x['called'] === 'function',
}

/**
 * A registry with words of your own in it, so that they take part in JSON pipelines, on the command line and in the laws.
 *
 * A word keeps the name that it calls itself by, so that a pipeline written by `toJson` can be read again.
 *
 * @param more  entries by place: credits, modifiers, baselines, normalisations, ratios, reductions
 * @throws      RangeError for a name that is taken, or that is not the value's own
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 * import * as E from 'fp-ts/lib/Either.js'
 * import { entry, pipelineFromJson, ratioOf, reasons, registry, withWords } from 'estimand'
 * const squareRoot = ratioOf({
 *   word: 'squareRoot', stage: 'step ratio', needs: [], reasons: [reasons['state distribution']],
 *   ratio: (logRatio) => Float64Array.from(logRatio, (l) => Math.exp(l / 2)),
 *   formula: { text: 'sqrt(rho_t)', latex: '\\sqrt{\\rho_t}' }, source: 'an example'
 * })
 * const mine = withWords({ ratios: { squareRoot: entry.alone(squareRoot) } })(registry)
 * const pipeline = ['totalReturn', 'causality', { importance: 'squareRoot' }, { reduce: 'meanOverTrajectories' }]
 * pipe(pipelineFromJson(pipeline, mine), E.map((e) => e.formula.text)) // => E.right('1/N sqrt(rho_t) (gamma^t G_it)')
 * ```
 */
export const withWords =
  (more: MoreWords) =>
  (registry: Registry): Registry => {
    refuseArgument('withWords', more, { expected: 'words by place, as in withWords({ ratios: { mine: entry.alone(mine) } })', holds: isPlain })
    refuseArgument('withWords', registry, aRegistry)
    const merged: Registry = { ...registry }
    for (const place of Object.keys(more) as (keyof Registry)[]) {
      if (!Object.hasOwn(registry, place)) refuse(place, `expected one of the places ${Object.keys(registry).join(', ')}`)
      refuseArgument(`withWords: ${place}`, more[place], { expected: 'entries by word', holds: isPlain })
      for (const [word, own] of Object.entries(more[place] ?? {})) {
        refuseArgument(`withWords: ${place}.${word}`, own, anEntry)
        if (Object.hasOwn(registry[place], word) || (place === 'modifiers' && taken.includes(word))) refuse(word, `is taken among the ${place}; choose another name`)
        const name = ownWord(own.bare)
        if (name !== null && name !== word) refuse(word, `calls itself ${String(name)}; register it under that name`)
      }
      Object.assign(merged, { [place]: { ...registry[place], ...more[place] } })
    }
    return merged
  }
