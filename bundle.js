// Makes one file of many, so that little has to be found and read at start: an entry for each of the exports and for the command line, and
// chunks that they share, so that every class is there once. Declarations come from tsc. Usage: node bundle.js [folder]
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, posix, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

const at = (path) => fileURLToPath(new URL(path, import.meta.url))
const { exports } = JSON.parse(readFileSync(at('package.json'), 'utf8'))

/** src/exact/index of dist/src/exact/index.js, which is made from src/exact/index.ts. */
const names = [
  ...Object.values(exports).flatMap((target) => (typeof target === 'string' ? [] : [target.default])),
  ...['main', 'worker'].map((name) => `./dist/src/cli/${name}.js`),
].map((path) => path.slice('./dist/'.length, -'.js'.length))

/** What is taken in: it is needed at every start, and small without what nobody asks for. */
const takenIn = ['fp-ts', 'io-ts', 'pure-rand', 'commander']
const isOurs = (id) => /^[./]|\.ts$/.test(id) || takenIn.some((name) => id === name || id.startsWith(`${name}/`))

/** Chunks by folders, each with what it is made of: few files to find. The earlier ones have what several need. */
const chunks = {
  random: ['pure-rand'],
  core: ['simd', 'columns', 'trajectories', 'weighting', 'credit', 'baseline', 'ratio', 'reduce', 'modify', 'estimator', 'registry', 'recipe'],
  oracle: ['exact'],
  // Apart from the oracle: it asks for vega, which not everybody has.
  plots: ['compare'],
  learning: ['environment', 'policy', 'network', 'backend', 'training'],
  // Apart from the rest: it alone reads and writes files, which no browser can.
  record: ['record'],
  codec: ['codec'],
}
const groups = Object.entries(chunks).map(([name, folders], k) => ({ name, test: new RegExp(`/(src|node_modules)/(${folders.join('|')})/`), priority: 9 - k }))

/** Takes away what tsc has written and the bundle stands for, and adds the licences of what was taken in. */
const tidy = {
  name: 'tidy',
  // What only exports the names of others leaves an empty chunk, of whose import a user's bundler would warn.
  generateBundle(_, bundle) {
    const empty = Object.values(bundle).filter((chunk) => chunk.type === 'chunk' && /^export \{\s*\};\s*$/.test(chunk.code))
    for (const { fileName } of empty) {
      delete bundle[fileName]
      for (const chunk of Object.values(bundle))
        if (chunk.type === 'chunk') chunk.code = chunk.code.replace(new RegExp(`import "[./]+chunks/${posix.basename(fileName)}";`), '')
    }
  },
  writeBundle({ dir }, bundle) {
    const made = new Set(Object.keys(bundle))
    for (const folder of ['src', 'laws'].filter((name) => existsSync(join(dir, name))))
      for (const name of readdirSync(join(dir, folder), { recursive: true })) {
        const path = join(folder, name).replaceAll('\\', '/')
        if (/\.js(\.map)?$/.test(path) && !made.has(path)) rmSync(join(dir, path))
      }
    const licences = takenIn.map((name) => `${name}\n\n${readFileSync(at(`node_modules/${name}/LICENSE`), 'utf8').trim()}\n`)
    writeFileSync(join(dir, 'src', 'licences.txt'), licences.join('\n----\n\n'))
  },
}

const bundle = await rolldown({
  input: Object.fromEntries(names.map((name) => [name, at(`${name}.ts`)])),
  platform: 'node',
  external: (id) => !isOurs(id),
  resolve: { alias: { 'fp-ts/lib': at('node_modules/fp-ts/es6'), 'io-ts/lib': at('node_modules/io-ts/es6') } },
  plugins: [tidy],
})
await bundle.write({
  dir: resolve(process.argv[2] ?? at('dist')),
  format: 'esm',
  entryFileNames: '[name].js',
  chunkFileNames: 'src/chunks/[name].js',
  codeSplitting: { groups },
  // A const at the top is asked at every use whether it is there yet.
  topLevelVar: true,
  comments: false,
  sourcemap: true,
  sourcemapExcludeSources: true,
})
