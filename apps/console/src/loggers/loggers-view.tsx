import { useState } from 'preact/hooks'
import { connect } from '../api/client.ts'
import { formatAgo } from '../format/format.ts'
import { perform } from '../ui/action.ts'
import { Empty, ErrorNotice, Loading } from '../ui/notice.tsx'
import { ScrollBox } from '../ui/scroll-box.tsx'
import { useResource } from '../ui/use-resource.ts'
import { ViewHeader } from '../ui/view-header.tsx'

const levels = ['OFF', 'FATAL', 'ERROR', 'WARN', 'INFO', 'DEBUG', 'TRACE'] as const

/** What the workers log. */
export function LoggersView() {
  const loggers = useResource(() => connect.loggers(), [])
  const [scope, setScope] = useState<'worker' | 'cluster'>('cluster')
  const set = async (name: string, level: string): Promise<void> => {
    const where = scope === 'cluster' ? 'on every worker' : 'on this worker'
    await perform(`${name} logs ${level} ${where}`, () => connect.setLogger(name, level, scope))
    loggers.reload()
  }
  return (
    <>
      <ViewHeader title="Loggers" />
      <p class="help">
        A level holds for a logger and those below it, until the worker ends. The levels shown are this worker’s.
      </p>
      <fieldset class="choice">
        <legend>Change levels on</legend>
        <label>
          <input type="radio" name="scope" checked={scope === 'cluster'} onChange={() => setScope('cluster')} /> every
          worker
        </label>
        <label>
          <input type="radio" name="scope" checked={scope === 'worker'} onChange={() => setScope('worker')} /> this
          worker
        </label>
      </fieldset>
      {loggers.error !== undefined && <ErrorNotice error={loggers.error} retry={loggers.reload} />}
      {loggers.data === undefined && loggers.loading && <Loading what="loggers" />}
      {loggers.data !== undefined && Object.keys(loggers.data).length === 0 && <Empty title="No loggers" />}
      {loggers.data !== undefined && (
        <ScrollBox label="Loggers">
          <table class="table">
            <thead>
              <tr>
                <th scope="col">Logger</th>
                <th scope="col">Level</th>
                <th scope="col">Changed</th>
              </tr>
            </thead>
            <tbody>
              {Object.entries(loggers.data).map(([name, { level, last_modified: changed }]) => (
                <tr key={name}>
                  <th scope="row">
                    <code>{name}</code>
                  </th>
                  <td>
                    <select
                      aria-label={`Level of ${name}`}
                      value={level ?? ''}
                      onChange={(event) => void set(name, event.currentTarget.value)}
                    >
                      {level === null || !levels.some((each) => each === level) ? (
                        <option value={level ?? ''}>{level}</option>
                      ) : null}
                      {levels.map((each) => (
                        <option key={each} value={each}>
                          {each}
                        </option>
                      ))}
                    </select>
                  </td>
                  <td>{changed === null ? <span class="help">never</span> : formatAgo(changed)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </ScrollBox>
      )}
    </>
  )
}
