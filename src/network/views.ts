import type { Floats } from '../policy/floats.ts'

/** A part of whatever array was asked about last: the same view for the same array. */
export const partOf = (from: number, to: number): ((whole: Floats) => Floats) => {
  let last: Floats | undefined
  let part: Floats = new Float64Array(0)
  return (whole) => {
    if (whole !== last) {
      part = whole.subarray(from, to)
      last = whole
    }
    return part
  }
}
