import { webAssembly } from './webAssembly.ts'
import { assemble, f32x4, kernel, load, store } from './emit.ts'

/** Whether this machine runs WebAssembly with vectors of 128 bits, and lets code be made at run time. */
export const hasSimd = (): boolean => {
  const twice = kernel('twice', ['i32'], ([p]) => [store(p, f32x4.add(load(p), load(p)))])
  try {
    // Compiled, not validated: a content security policy may forbid the one and allow the other.
    const found = webAssembly()
    return found !== undefined && new found.Module(assemble([twice])) instanceof found.Module
  } catch {
    return false
  }
}
