/** Documentation of a key: what stands between backticks is code. */
export function DocText({ text }: { text: string }) {
  return (
    <>{text.split('`').map((part, index) => (index % 2 === 0 ? part : <code key={`${index} ${part}`}>{part}</code>))}</>
  )
}
