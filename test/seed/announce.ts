import { seed } from './seed.ts'

/** Says the seed, once a run. */
export default (): void => {
  console.log(`seed ${seed}: ESTIMAND_SEED=${seed} npm test runs the same cases again`)
}
