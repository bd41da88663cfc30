/** Records as the worker shows them: bytes, converted values, what is written. */
import type { ShownBytes, ShownMessage, ShownRecord, ShownValue } from '@penstock/client'
import type { ComponentChildren } from 'preact'
import { formatBytes, formatTime } from '../format/format.ts'
import { Pre } from '../ui/pre.tsx'

function BytesText({ bytes }: { bytes: ShownBytes | null }) {
  if (bytes === null) return <span class="null">null</span>
  const rest = bytes.truncated ? ` … ${formatBytes(bytes.bytes)} in all` : ''
  if (bytes.text !== undefined) return <Pre>{`${bytes.text}${rest}`}</Pre>
  return (
    <Pre>
      <span class="tag">base64</span> {`${bytes.base64 ?? ''}${rest}`}
    </Pre>
  )
}

export function MessageText({ message }: { message: ShownMessage }) {
  return (
    <dl class="record">
      <dt>Key</dt>
      <dd>
        <BytesText bytes={message.key} />
      </dd>
      <dt>Value</dt>
      <dd>
        <BytesText bytes={message.value} />
      </dd>
      {message.headers.map(({ name, value }, index) => (
        <HeaderRow key={index} name={name}>
          <BytesText bytes={value} />
        </HeaderRow>
      ))}
    </dl>
  )
}

export function RecordText({ record }: { record: ShownRecord }) {
  return (
    <dl class="record">
      <dt>Topic</dt>
      <dd>
        <code>{record.topic}</code>
        {record.partition !== null && <> partition {record.partition}</>}
        {record.timestamp !== null && <> at {formatTime(record.timestamp)}</>}
      </dd>
      <dt>Key</dt>
      <dd>
        <ValueText shown={record.key} />
      </dd>
      <dt>Value</dt>
      <dd>
        <ValueText shown={record.value} />
      </dd>
      {record.headers.map(({ name, ...value }, index) => (
        <HeaderRow key={index} name={name}>
          <ValueText shown={value} />
        </HeaderRow>
      ))}
    </dl>
  )
}

function HeaderRow({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <>
      <dt>
        Header <code>{name}</code>
      </dt>
      <dd>{children}</dd>
    </>
  )
}

function ValueText({ shown }: { shown: ShownValue }) {
  const text = shown.beginning === undefined ? JSON.stringify(shown.value, null, 2) : `${shown.beginning} …`
  return (
    <>
      {shown.schema !== null && <span class="tag">{shown.schema}</span>}
      {shown.value === null && shown.beginning === undefined ? <span class="null">null</span> : <Pre>{text}</Pre>}
    </>
  )
}
