import { build } from 'esbuild'

/**
 * A program as one minified module for a browser, as a user's bundler makes it. What only Node has fails the build.
 *
 * @param code     the program; it imports what the folder has installed
 * @param folder   where it stands
 * @param outside  packages that are left to be found when it runs
 */
export const forBrowser = async (code: string, folder: string, outside: readonly string[] = []): Promise<{ readonly text: string; readonly warnings: readonly string[] }> => {
  const { outputFiles, warnings } = await build({
    stdin: { contents: code, resolveDir: folder },
    // The test runner is never in a browser; laws for it are bundled without it.
    external: ['vitest', ...outside],
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    write: false,
    logLevel: 'silent',
  })
  return { text: outputFiles[0].text, warnings: warnings.map(({ text }) => text) }
}
