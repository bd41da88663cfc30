import type { ConnectorStatus } from '@penstock/client'
import { connect } from '../api/client.ts'
import { links } from '../routing/route.ts'
import { goTo } from '../routing/router.ts'
import { perform } from '../ui/action.ts'
import { ConfirmButton } from '../ui/confirm-button.tsx'
import { Icon } from '../ui/icon.tsx'

/** Pause, resume, stop, restart, edit, delete: what the present state allows. */
export function ConnectorActions({ status: { name, connector, tasks } }: { status: ConnectorStatus }) {
  const { state } = connector
  const anyFailed = state === 'FAILED' || tasks.some((task) => task.state === 'FAILED')
  const rests = state === 'PAUSED' || state === 'STOPPED'
  return (
    <>
      {rests ? (
        <button type="button" onClick={() => void perform(`${name} resumes`, () => connect.resume(name))}>
          <Icon name="play" /> Resume
        </button>
      ) : (
        <button type="button" onClick={() => void perform(`${name} is paused`, () => connect.pause(name))}>
          <Icon name="pause" /> Pause
        </button>
      )}
      {state !== 'STOPPED' && (
        <ConfirmButton
          label={
            <>
              <Icon name="stop" /> Stop
            </>
          }
          title={`Stop ${name}?`}
          confirm="Stop"
          onConfirm={() => perform(`${name} is stopped`, () => connect.stop(name))}
        >
          <p>Its tasks are given up. Config and offsets stay; Resume starts it again where it was.</p>
        </ConfirmButton>
      )}
      {anyFailed && (
        <button
          type="button"
          onClick={() =>
            void perform(`What has failed of ${name} restarts`, () =>
              connect.restart(name, { includeTasks: true, onlyFailed: true }),
            )
          }
        >
          <Icon name="restart" /> Restart failed
        </button>
      )}
      {!rests && (
        <button
          type="button"
          onClick={() => void perform(`${name} restarts`, () => connect.restart(name, { includeTasks: true }))}
        >
          <Icon name="restart" /> Restart
        </button>
      )}
      <a class="button" href={links.edit(name)}>
        <Icon name="edit" /> Edit
      </a>
      <ConfirmButton
        label={
          <>
            <Icon name="trash" /> Delete
          </>
        }
        danger
        title={`Delete ${name}?`}
        confirm="Delete"
        typed={name}
        onConfirm={async () => {
          if (await perform(`${name} is deleted`, () => connect.deleteConnector(name))) goTo(links.connectors)
        }}
      >
        <p>
          Its config and tasks are removed. What it has written stays, and so do its offsets: a connector that gets this
          name later goes on from them.
        </p>
      </ConfirmButton>
    </>
  )
}
