import type { LogLine, LogQuery } from '@penstock/client'
import { useEffect, useRef, useState } from 'preact/hooks'
import { connect } from '../api/client.ts'
import { cluster } from '../live/live.ts'
import { links } from '../routing/route.ts'
import { replaceAddress } from '../routing/router.ts'
import { ErrorNotice } from '../ui/notice.tsx'
import { ViewHeader } from '../ui/view-header.tsx'
import { fieldsOf, type NumberedLine, withLines } from './log-lines.ts'

const levels = ['ERROR', 'WARN', 'INFO', 'DEBUG'] as const
const paintMs = 150

/** The log of one worker as it is written. */
export function LogsView({ worker, connector }: { worker: string | null; connector: string | null }) {
  const [level, setLevel] = useState<string>('INFO')
  const [following, setFollowing] = useState(true)
  const { lines, error, again } = useLog({ worker, connector, level, following })
  const show = (next: { worker: string | null; connector: string | null }): void =>
    replaceAddress(
      links.logsOf({
        ...(next.worker === null ? {} : { worker: next.worker }),
        ...(next.connector === null || next.connector === '' ? {} : { connector: next.connector }),
      }),
    )
  const workers = cluster.value.workers.map(({ worker_id: id }) => id)
  return (
    <>
      <ViewHeader title="Logs" />
      <div class="toolbar">
        <label class="field-inline">
          <span>Worker</span>
          <select
            value={worker ?? ''}
            onChange={(event) =>
              show({ worker: event.currentTarget.value === '' ? null : event.currentTarget.value, connector })
            }
          >
            <option value="">the one that answers</option>
            {[...new Set([...workers, ...(worker === null ? [] : [worker])])].map((id) => (
              <option key={id} value={id}>
                {id}
              </option>
            ))}
          </select>
        </label>
        <label class="field-inline">
          <span>Level</span>
          <select value={level} onChange={(event) => setLevel(event.currentTarget.value)}>
            {levels.map((each) => (
              <option key={each} value={each}>
                {each}
              </option>
            ))}
          </select>
        </label>
        <label class="field-inline">
          <span>Connector</span>
          <input
            type="search"
            value={connector ?? ''}
            placeholder="all"
            onChange={(event) => show({ worker, connector: event.currentTarget.value.trim() })}
          />
        </label>
        <label class="field-check">
          <input type="checkbox" checked={following} onChange={(event) => setFollowing(event.currentTarget.checked)} />
          <span>Follow</span>
        </label>
      </div>
      {error !== undefined && <ErrorNotice error={error} retry={again} />}
      <Lines lines={lines} following={following} />
    </>
  )
}

function Lines({ lines, following }: { lines: readonly NumberedLine[]; following: boolean }) {
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (following && box.current !== null) box.current.scrollTop = box.current.scrollHeight
  }, [lines, following])
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <div ref={box} class="log" role="log" aria-label="Log" aria-live="off" tabIndex={0}>
      {lines.length === 0 && <p class="help">Nothing was logged at this level.</p>}
      {lines.map(({ number, line }) => (
        <LogEntry key={number} line={line} />
      ))}
    </div>
  )
}

function LogEntry({ line }: { line: LogLine }) {
  const { '@timestamp': at, level, logger, message, error } = line
  const fields = fieldsOf(line)
  return (
    <div class={`log-line log-${level.toLowerCase()}`}>
      <time dateTime={at}>{at.slice(11, 23)}</time>
      <span class="log-level">{level.toUpperCase()}</span>
      <span class="log-logger">{logger}</span>
      <span class="log-message">
        {message}
        {fields !== '' && <span class="log-fields"> {fields}</span>}
        {error !== undefined && (
          <span class="log-error">{`\n${error.stack_trace ?? `${error.type}: ${error.message}`}`}</span>
        )}
      </span>
    </div>
  )
}

interface LogWanted {
  readonly worker: string | null
  readonly connector: string | null
  readonly level: string
  readonly following: boolean
}

/** Lines that come in a burst change the page once. */
function useLog({ worker, connector, level, following }: LogWanted) {
  const [lines, setLines] = useState<readonly NumberedLine[]>([])
  const [error, setError] = useState<unknown>(undefined)
  const [round, setRound] = useState(0)
  useEffect(() => {
    const stop = new AbortController()
    const waiting: LogLine[] = []
    let timer: ReturnType<typeof setTimeout> | undefined
    const paint = (): void => {
      timer = undefined
      const lot = waiting.splice(0)
      setLines((known) => withLines(known, lot))
    }
    const query: LogQuery = {
      lines: 500,
      level,
      ...(worker === null ? {} : { worker }),
      ...(connector === null || connector === '' ? {} : { connector }),
    }
    const read = async (): Promise<void> => {
      if (!following) {
        const latest = await connect.logs(query)
        if (!stop.signal.aborted) setLines(withLines([], latest))
        return
      }
      for await (const line of connect.followLogs(query, stop.signal)) {
        waiting.push(line)
        timer ??= setTimeout(paint, paintMs)
      }
      throw new Error('The worker has ended its log: it stops, or it is busy. What follows is not shown.')
    }
    setLines([])
    setError(undefined)
    read().catch((problem: unknown) => {
      if (!stop.signal.aborted) setError(problem)
    })
    return () => {
      stop.abort()
      clearTimeout(timer)
    }
  }, [worker, connector, level, following, round])
  return { lines, error, again: () => setRound((before) => before + 1) }
}
