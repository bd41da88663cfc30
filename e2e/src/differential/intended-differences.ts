/** Where we answer otherwise than Kafka Connect on purpose. Whatever isn't here makes a test fail, and so does what is only here. */

export interface IntendedDifference {
  readonly suite: 'requests' | 'life-cycle' | 'plugins' | 'transformations' | 'converters' | 'topics'
  /** The request's label in the test, or the class that is asked. */
  readonly of: RegExp | string
  /** The place in the answer, or the text that tells the difference. */
  readonly at: RegExp | string
  readonly reason: string
}

const refusal = /^(status|headers\.location|body(\..*)?)$/
const described = /^(plugin config|validate): /

export const intendedDifferences: readonly IntendedDifference[] = [
  // Answers that are no success
  {
    suite: 'requests',
    of: /^(unknown path|removed path|other )/,
    at: 'headers.content-type',
    reason: 'an error is JSON and says so, also where Jersey leaves the header out',
  },
  { suite: 'requests', of: /^other method/, at: 'headers.allow', reason: 'RFC 9110 asks for it' },
  {
    suite: 'requests',
    of: /^(malformed: |refused: a list)/,
    at: /^(status|body\.(error_code|message))$/,
    reason: 'a malformed body is the fault of its sender: 400, with a text that says where',
  },
  {
    suite: 'plugins',
    of: /^validate: (nothing|unknown class)$/,
    at: /^(status|body\.(error_code|message))$/,
    reason: 'as above, and without the name of a Java exception',
  },
  {
    suite: 'life-cycle',
    of: 'source: GET /tasks/-1/status',
    at: /^(headers\.content-type|body\.message)$/,
    reason: 'there is no such path: no task has a negative number',
  },

  // What is refused
  {
    suite: 'requests',
    of: /^refused: (unknown predicate|bad topic creation|topic creation group)$/,
    at: refusal,
    reason: 'refused at once, not when the task starts',
  },
  { suite: 'requests', of: 'refused: predicate that is none', at: 'body.message', reason: 'our text names the key' },
  {
    suite: 'requests',
    of: 'refused: bad regex',
    at: 'body.message',
    reason: "Java's own description of the problem is left out",
  },
  {
    suite: 'plugins',
    of: 'validate: errors',
    at: /^body\.(message|error_count|configs\.(tasks\.max|topics\.regex)\.value\.errors\..*)$/s,
    reason: 'one error for one mistake: that the value which could not be read is null is not told again',
  },
  {
    suite: 'requests',
    of: 'refused: transformations twice',
    at: 'body.message',
    reason: 'the value is told as its user wrote it',
  },
  {
    suite: 'requests',
    of: 'refused: override of a wrong type',
    at: refusal,
    reason: 'a mistake of the user, not of the server: told with its key among the other errors',
  },
  {
    suite: 'life-cycle',
    of: 'sink offsets: offset is negative',
    at: /^(status|body\.(error_code|message))$/,
    reason: 'no position is negative: a fault of the sender',
  },
  {
    suite: 'life-cycle',
    of: 'sink offsets: unknown partition',
    at: 'body.message',
    reason: 'our text names the consumer group',
  },

  {
    suite: 'requests',
    of: 'refused: tasks.max no number',
    at: 'body.message',
    reason: 'one error for one mistake: that the value which could not be read is null is not told again',
  },
  {
    suite: 'life-cycle',
    of: 'source: PUT bad',
    at: 'body.message',
    reason: 'one error for one mistake: that the value which could not be read is null is not told again',
  },
  {
    suite: 'life-cycle',
    of: /^(source|sink) offsets: (no JSON|unknown field|no partition)/,
    at: /^(status|body\.(error_code|message))$/,
    reason: 'a malformed body is the fault of its sender: 400, with a text that says where',
  },

  // Plugins
  {
    suite: 'plugins',
    of: /^plugins: (connectors|all)$/,
    at: /^body\.(io\.(confluent|penstock)|org\.apache\.kafka\.connect\.mirror)\./,
    reason: 'what each brings along',
  },
  {
    suite: 'plugins',
    of: 'plugins: other version',
    at: 'body.message',
    reason: 'it has the version that we gave it, and the name that was asked for',
  },
  { suite: 'plugins', of: described, at: /documentation$/, reason: 'descriptions are our own words' },
  { suite: 'plugins', of: described, at: /\.errors\.restart\./, reason: 'failed tasks are restarted: keys of our own' },
  {
    suite: 'plugins',
    of: described,
    at: /^body\.(configs\.)?((key|value|header)\.converter|connector)(\.plugin\.version)?\.((definition\.)?default_value|value\.value|value\.recommended_values\..*)$/,
    reason: "null stands for the worker's converter, and for the one version that is installed",
  },
  {
    suite: 'plugins',
    of: described,
    at: /(^body|(key|value)\.converter)\.converter\.type$/,
    reason: 'what a converter is used for is not for users to set',
  },
  {
    suite: 'plugins',
    of: /^validate: /,
    at: /\.recommended_values\./,
    reason: 'values are recommended for every key that has a known set of them',
  },
  {
    suite: 'plugins',
    of: 'validate: transformations',
    at: /^body\.(error_count|configs\.(transforms|predicates)\.[a-z]\.(plugin\.version|.*\.(order_in_group|display_name)|(regex|spec|pattern)\.value\.errors\..*|type\.value\.value))$/s,
    reason: 'keys of transformations are named in full, have one version, and one error for one mistake',
  },
  {
    suite: 'plugins',
    of: 'validate: converters',
    at: /^body\.(groups\..*|configs\.value\.converter\.(value\.value|schemas\.enable\.value\.errors\..*))$/,
    reason: 'groups are listed for what is asked for, values as their user wrote them, errors with the whole key',
  },
  {
    suite: 'plugins',
    of: /^validate: (overrides|a password)$/,
    at: /\.override\..*\.definition$/,
    reason: 'the clients are others, and so is what is known of their keys',
  },

  // Transformations
  {
    suite: 'transformations',
    of: /Cast/,
    at: /"\d\d:\d\d:\d\d\.\d{3}Z".*, ours .*"\d{4}-\d\d-\d\d/,
    reason: 'the text of a time before 1970 has its date, which Kafka Connect drops',
  },
  {
    suite: 'transformations',
    of: /SetSchemaMetadata/,
    at: /^on the JVM .*Cannot list fields on non-struct type/,
    reason: 'a name can be given to lists and maps too, which Kafka Connect stumbles over',
  },
  {
    suite: 'transformations',
    of: /MaskField/,
    at: /^on the JVM .*Decimal value has mismatching scale/,
    reason: 'a masked decimal is a zero of its own scale, so that it can be written',
  },
  {
    suite: 'transformations',
    of: /TimestampConverter/,
    at: /, ours .*lies more than 270,000 years off/,
    reason: 'a time that far off is a mistake in the unit, and told as one',
  },

  // Converters
  {
    suite: 'converters',
    of: /writes$/,
    at: /Failed to serialize to (short|integer|float|double) \(was class java.lang.(Long|Double)\).*, ours \{"bytes":"/,
    reason: 'without a schema a number has no width: it is written where it fits',
  },
  {
    suite: 'converters',
    of: 'Boolean writes',
    at: /Invalid schema type for BooleanConverter.*, ours \{"bytes":null\}/,
    reason: 'a null of any type is no bytes, as with the other converters',
  },
  {
    suite: 'converters',
    of: /String writes$/,
    at: /^bytes: on the JVM .*( UTC \d{4}|HeapByteBuffer|\[B@)/,
    reason: "dates are ISO 8601 and bytes base64, where Java's own texts are of no use",
  },
  {
    suite: 'converters',
    of: /^String reads$/,
    at: /\ufffd/,
    reason: 'as many replacement characters for malformed UTF-8 as the WHATWG says',
  },
  {
    suite: 'converters',
    of: /^Json .*writes$/,
    at: /\d(\.\d+)?E-?\d+.*, ours .*\d(\.\d+)?e[-+]?\d+/,
    reason: 'without a schema a fraction keeps the spelling that it came with',
  },
  {
    suite: 'converters',
    of: /^headers: Simple reads/,
    at: /^value: on the JVM .*"(items|values|keys)":null|keySchema\(\)/,
    reason:
      'a list or map without a common type has no schema; a schema without a type of items is no schema, and fails later',
  },
  {
    suite: 'converters',
    of: /^headers: Simple reads/,
    at: /, ours .*"(25:00:00\.000Z|2024-02-30|\[1,2,\]|\{\\*"[a-z.]+\\*":(1,|null)\})\\*"/,
    reason: 'what is not quite a time, a list or a map stays the text that it is',
  },
  {
    suite: 'converters',
    of: /^headers: Simple reads/,
    at: /, ours .*(a\\+"b|\} x)/,
    reason: 'the escape of a quote is no part of the text, and what follows a map is no part of the map',
  },
  {
    suite: 'converters',
    of: 'headers: Simple reads what Json wrote',
    at: /^(value: )?on the JVM .*(Java class class java\.util\.Date|data\.(Date|Timestamp)"|items":null|values":null).*, ours/,
    reason: 'what is quoted is text, also where it looks like a date',
  },
  {
    suite: 'converters',
    of: 'headers: Simple writes',
    at: /\d\d:\d\d:\d\d\.\d{3}Z.*, ours .*\d{4}-\d\d-\d\d/,
    reason: 'the text of a time before 1970 has its date, which Kafka Connect drops',
  },

  // Topics
  {
    suite: 'topics',
    of: /: dead letters$/,
    at: /\.headers\.__connect\.errors\.exception\.class\.name$/,
    reason: 'the class is one of ours',
  },
  {
    suite: 'topics',
    of: 'internal: offsets',
    at: /^body\..*\.position$/,
    reason: 'positions count bytes; on the JVM they count characters, and skip as many bytes after a restart',
  },
]
