/** A memory of WebAssembly, as far as it is used here. */
export interface Memory {
  readonly buffer: ArrayBuffer
}
/** Code that has been compiled. */
export interface Module {
  readonly [compiled]: true
}
declare const compiled: unique symbol

/** What is used of WebAssembly: the libraries of TypeScript know it in browsers only. */
interface WebAssemblyLike {
  readonly Memory: new (size: { readonly initial: number; readonly maximum: number }) => Memory
  readonly Module: new (bytes: Uint8Array) => Module
  readonly Instance: new (module: Module, imports: Readonly<Record<string, Readonly<Record<string, Memory>>>>) => { readonly exports: Readonly<Record<string, unknown>> }
}

/** WebAssembly, or undefined where there is none. */
export const webAssembly = (): WebAssemblyLike | undefined => (globalThis as { readonly WebAssembly?: WebAssemblyLike }).WebAssembly
