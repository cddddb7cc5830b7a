/** Posts to the API from the seat of the stage, as a monitor there would. */
import { execFile } from 'node:child_process'
import type { Stage } from './stage.ts'

const SCRIPT = `
const [url, token, body] = process.argv.slice(1)
const response = await fetch(url, { method: 'POST', headers: { authorization: 'Bearer ' + token, 'content-type': 'application/json' }, body })
process.stdout.write(JSON.stringify({ status: response.status, body: await response.text() }))
`

export function post(
  stage: Stage,
  path: string,
  token: string,
  body: unknown,
): Promise<{ status: number; body: string }> {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const args = ['--input-type=module', '-e', SCRIPT, `http://127.0.0.1:${stage.port}${path}`, token, text]
  const [file, argv] =
    stage.namespace === null
      ? [process.execPath, args]
      : ['ip', ['netns', 'exec', stage.namespace, process.execPath, ...args]]
  return new Promise((resolve, reject) => {
    execFile(file, argv, { timeout: 20_000, maxBuffer: 16 * 1024 * 1024 }, (error, stdout) => {
      if (error !== null) reject(error)
      else resolve(JSON.parse(stdout) as { status: number; body: string })
    })
  })
}
