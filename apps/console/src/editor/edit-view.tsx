import { connect } from '../api/client.ts'
import { links } from '../routing/route.ts'
import { goTo } from '../routing/router.ts'
import { perform } from '../ui/action.ts'
import { ErrorNotice, Loading } from '../ui/notice.tsx'
import { useResource } from '../ui/use-resource.ts'
import { ViewHeader } from '../ui/view-header.tsx'
import { changesOf } from './config-changes.ts'
import { ConnectorEditor } from './connector-editor.tsx'

/** Changes the config of a connector: only the keys that differ are sent. */
export function EditView({ name }: { name: string }) {
  const loaded = useResource(() => connect.config(name), [name])

  return (
    <>
      <ViewHeader title={`Edit ${name}`} above={<a href={links.connector(name)}>{name}</a>} />
      {loaded.error !== undefined && <ErrorNotice error={loaded.error} retry={loaded.reload} />}
      {loaded.data === undefined && loaded.loading && <Loading what="the config" />}
      {loaded.data !== undefined && (
        <ConnectorEditor
          name={name}
          onName={null}
          start={loaded.data}
          existing={{ name, base: loaded.data }}
          save="Save changes"
          cancel={links.connector(name, 'config')}
          onSave={async (config) => {
            const changes = changesOf(loaded.data ?? {}, config)
            const done = await perform(`${name} is changed`, () => connect.patchConfig(name, changes))
            if (done) goTo(links.connector(name))
            return done
          }}
        />
      )}
    </>
  )
}
