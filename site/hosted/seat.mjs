// Asks on behalf of a program outside: one JSON request a line on stdin, one JSON answer a line on stdout, until stdin ends.
// {id, get: url, timeoutMs} -> {id, status, body}; {id, resolve: name, type, server, timeoutMs} -> {id, records}; else {id, error}.
import { Resolver } from 'node:dns/promises'
import { createInterface } from 'node:readline'

async function ask(question) {
  const timeout = question.timeoutMs ?? 1000
  if (question.get !== undefined) {
    const method = question.method ?? 'GET'
    const reply = await fetch(question.get, {
      method,
      signal: AbortSignal.timeout(timeout),
      redirect: 'manual',
    })
    return { status: reply.status, body: await reply.text() }
  }
  const resolver = new Resolver({ timeout, tries: 1 })
  resolver.setServers([question.server])
  return { records: await resolver.resolve(question.resolve, question.type) }
}

for await (const line of createInterface({ input: process.stdin })) {
  const question = JSON.parse(line)
  ask(question).then(
    (answer) => console.log(JSON.stringify({ id: question.id, ...answer })),
    (error) =>
      console.log(
        JSON.stringify({ id: question.id, error: error.cause?.code ?? error.code ?? error.message }),
      ),
  )
}
process.exit(0)
