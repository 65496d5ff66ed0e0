import type { Sample } from './measure.ts'

/** Takes one sample, in the given round; rounds before 0 are for warming up. */
export type Take = (round: number) => Promise<Sample>

/** How often sides take turns. */
export interface Turns {
  /** Rounds that count. */
  readonly rounds: number
  /** Rounds before them, whose samples are thrown away. */
  readonly warmUp: number
}

/**
 * The sides take turns inside every round, so that a change of the machine's speed meets all of them; every other round goes the other way
 * round, so that nobody is always first.
 *
 * @param sides   who is sampled, by name
 * @param turns   how often
 * @returns       samples of each side, a round each
 */
export const inTurn = async (sides: Readonly<Record<string, Take>>, { rounds, warmUp }: Turns): Promise<Readonly<Record<string, readonly Sample[]>>> => {
  const names = Object.keys(sides)
  const samples: Readonly<Record<string, Sample[]>> = Object.fromEntries(names.map((name) => [name, []]))
  for (let round = -warmUp; round < rounds; round++)
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      const sample = await sides[name](round)
      if (round >= 0) samples[name].push(sample)
    }
  return samples
}

/**
 * What is wrong where sides were to compute the same number (`check`) and did not; null: they agree, or none says. One part in a hundred allows
 * for float32 and for steps right at a bound of the clip.
 */
export const disagreement = (samples: Readonly<Record<string, readonly Sample[]>>): string | null => {
  const checks = Object.entries(samples).flatMap(([name, all]) => all.slice(0, 1).flatMap(({ check }) => (check === undefined || check === null ? [] : [{ name, check }])))
  const [first, ...rest] = checks
  const odd = rest.find(({ check }) => !(Math.abs(check - first.check) <= 0.01 * Math.abs(first.check)))
  return odd === undefined ? null : `${first.name} and ${odd.name} do not compute the same: ${first.check} and ${odd.check}`
}
