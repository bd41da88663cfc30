import { connect } from '../api/client.ts'
import { perform } from '../ui/action.ts'
import { ConfirmButton } from '../ui/confirm-button.tsx'
import { ErrorNotice, Loading } from '../ui/notice.tsx'
import { useResource } from '../ui/use-resource.ts'

/** The topics that the connector has used since it was made, or since the list was cleared. */
export function ActiveTopics({ name }: { name: string }) {
  const topics = useResource(() => connect.topics(name), [name])
  return (
    <section aria-labelledby="topics-heading">
      <div class="section-head">
        <h2 id="topics-heading">Active topics</h2>
        <button type="button" class="small" onClick={topics.reload}>
          Look again
        </button>
        <ConfirmButton
          label="Clear"
          title="Clear the list of topics?"
          confirm="Clear"
          disabled={(topics.data ?? []).length === 0}
          onConfirm={async () => {
            if (await perform('The list of topics is cleared', () => connect.resetTopics(name))) topics.reload()
          }}
        >
          <p>Topics that are used come back by themselves. The topics themselves are left alone.</p>
        </ConfirmButton>
      </div>
      {topics.error !== undefined && <ErrorNotice error={topics.error} retry={topics.reload} />}
      {topics.data === undefined && topics.loading && <Loading what="topics" />}
      {topics.data !== undefined &&
        (topics.data.length === 0 ? (
          <p class="help">None yet: a topic is listed once a record was read from it or written to it.</p>
        ) : (
          <ul class="chips">
            {topics.data.map((topic) => (
              <li key={topic}>
                <code>{topic}</code>
              </li>
            ))}
          </ul>
        ))}
    </section>
  )
}
