const chosen = process.env['ESTIMAND_SEED'] ?? '271828'

if (!/^-?\d{1,10}$/.test(chosen) || Number(chosen) !== (Number(chosen) | 0))
  throw new RangeError(`ESTIMAND_SEED: expected a 32-bit integer, got ${chosen}`)

/** What every random choice of the tests starts from: ESTIMAND_SEED, or always the same number. */
export const seed = Number(chosen)
