/** Kafka Connect's classes at work, many questions in one JVM. The other half is ConnectClasses.java. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import type { JvmConnect } from '../harness/index.ts'
import { rootFolder } from '../stack/folders.ts'

/** A record with its parts as texts of JsonConverter's envelope. */
export interface PortableRecord {
  readonly source: boolean
  readonly topic: string
  readonly partition: number
  readonly offset: number
  readonly timestamp: number | null
  readonly key: string | null
  readonly value: string | null
  readonly headers: readonly (readonly [string, string])[]
}

/** Something to do by a class, named as in Java. */
export type Question = { readonly class: string; readonly config: Readonly<Record<string, string>> } & (
  | { readonly does: 'transformation' | 'predicate'; readonly record: PortableRecord }
  | { readonly does: 'toConnect' | 'toHeader'; readonly bytes: string | null }
  | { readonly does: 'fromConnect' | 'fromHeader'; readonly value: string | null }
)

/** What came of it; `error` stands alone. */
export type Outcome = Readonly<Record<string, unknown>>

/** Answers in the order of the questions. */
export async function askJava(jvm: JvmConnect, questions: readonly Question[]): Promise<Outcome[]> {
  const program = join(rootFolder, 'e2e', 'src', 'differential', 'ConnectClasses.java')
  const output = await new Promise<string>((resolve, reject) => {
    const args = ['-Duser.timezone=UTC', '-XX:+UseSerialGC', '-cp', jvm.classes, program]
    const child = execFile(jvm.java, args, { maxBuffer: 1e9, timeout: 110_000 }, (error, stdout) =>
      error ? reject(error) : resolve(stdout),
    )
    child.stdin?.end(questions.map((question) => `${JSON.stringify(question)}\n`).join(''))
  })
  const answers = output.trimEnd().split('\n')
  if (answers.length !== questions.length) throw new Error(`${answers.length} answers to ${questions.length} questions`)
  return answers.map((answer) => JSON.parse(answer) as Outcome)
}
