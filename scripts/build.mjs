// Builds the one program that operators install: cli/dist/main.js, with each command in a chunk of its own, so that
// starting costs little. Our rooms are bundled; packages from npm stay where npm put them. Fails loudly.
import { readFileSync, renameSync, rmSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const out = join(root, 'cli', 'dist')
// As deep as `out`, so that relative places hold; a build that fails leaves the last good one alone.
const partial = join(root, 'cli', 'dist.partial')

/** Sources find files beside themselves (migrations, helpers) by import.meta.url: they still do from the bundle. */
const sourcePlaces = {
  name: 'source-places',
  setup(plugins) {
    plugins.onLoad({ filter: /\.ts$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8')
      const place = relative(out, path).split(sep).join('/')
      const contents = text.replaceAll(
        'import.meta.url',
        `new URL(${JSON.stringify(place)}, import.meta.url).href`,
      )
      return { contents, loader: 'ts' }
    })
  },
}

/** Everything that is not a file of ours or a room of ours is left to Node. */
const packagesStayOutside = {
  name: 'packages-stay-outside',
  setup(plugins) {
    plugins.onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
      kind === 'entry-point' || path.startsWith('@countersign/') ? undefined : { path, external: true },
    )
  },
}

const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
rmSync(partial, { recursive: true, force: true })
await build({
  absWorkingDir: root,
  entryPoints: [{ in: join(root, 'cli', 'src', 'main.ts'), out: 'main' }],
  outdir: partial,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  chunkNames: '[name]-[hash]',
  define: { COUNTERSIGN_VERSION: JSON.stringify(version) },
  plugins: [packagesStayOutside, sourcePlaces],
  legalComments: 'none',
  logLevel: 'warning',
})
rmSync(out, { recursive: true, force: true })
renameSync(partial, out)
process.stderr.write(`built ${relative(root, join(out, 'main.js'))} ${version}\n`)
