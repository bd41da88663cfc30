import { globSync } from 'node:fs'

export interface SiteSection {
  readonly title: string
  /** Markdown files, relative to the checkout, in the order of the navigation. */
  readonly pages: readonly string[]
}

/** Which files are pages of the site, and how they are arranged. The first page of all is the front page. */
export function siteMap(root: string): readonly SiteSection[] {
  const all = (pattern: string): string[] => globSync(pattern, { cwd: root }).sort()
  const plugins = (kind: string): string[] => all(`docs/plugins/${kind}/*.md`)
  return [
    {
      title: 'Start',
      pages: ['docs/README.md', 'docs/quick-start.md', 'docs/migrate.md', 'docs/take-over.md', 'docs/glossary.md'],
    },
    {
      title: 'Concepts',
      pages: [
        'docs/concepts/README.md',
        'docs/concepts/rebalance.md',
        'docs/concepts/records.md',
        'docs/concepts/delivery.md',
        'docs/concepts/errors.md',
      ],
    },
    {
      title: 'Operating',
      pages: [
        'docs/operations/README.md',
        ...all('docs/operations/!(README).md'),
        'docs/security.md',
        'docs/upgrade.md',
        'docs/troubleshooting.md',
        'docs/metrics.md',
        ...all('docs/console.md'),
        ...all('helm/penstock/README.md'),
        ...all('deploy/README.md'),
        ...all('deploy/*/README.md'),
      ],
    },
    {
      title: 'Elasticsearch',
      pages: [
        'docs/elasticsearch/README.md',
        'docs/elasticsearch/logstash.md',
        'docs/elasticsearch/parity.md',
        'packages/adapter-elasticsearch/README.md',
      ],
    },
    {
      title: 'Reference',
      pages: [
        'docs/configuration.md',
        'docs/rest.md',
        'docs/rest-reference.md',
        'apps/worker/README.md',
        ...all('apps/cli/README.md'),
        ...all('docs/cli*.md'),
        'docs/plugins/README.md',
      ],
    },
    { title: 'Connectors', pages: plugins('connectors') },
    { title: 'Transformations', pages: plugins('transformations') },
    { title: 'Predicates', pages: plugins('predicates') },
    { title: 'Converters', pages: plugins('converters') },
    { title: 'Config providers', pages: plugins('config-providers') },
    {
      title: 'Packages',
      pages: all('packages/*/README.md').filter((path) => path !== 'packages/adapter-elasticsearch/README.md'),
    },
    {
      title: 'Developing',
      pages: [
        'docs/write-a-plugin.md',
        'examples/webhook-sink/README.md',
        'examples/plugin-template/README.md',
        'docs/architecture.md',
        ...all('docs/decisions/*.md'),
        'docs/performance.md',
        'docs/scale.md',
        'docs/failover.md',
        ...all('apps/console/README.md'),
        'apps/docs/README.md',
        'CONTRIBUTING.md',
        'CHANGELOG.md',
        'README.md',
      ],
    },
  ]
}

/** Where the page of a source lies in the site: `docs/elasticsearch/README.md` at `elasticsearch/index.html`. */
export function sitePath(source: string): string {
  if (source === 'README.md') return 'repository.html'
  const inDocs = source.startsWith('docs/')
  const path = inDocs ? source.slice('docs/'.length) : source
  if (!path.endsWith('README.md'))
    return `${inDocs ? path.replace(/\.md$/, '') : path.replace(/\.md$/, '').toLowerCase()}.html`
  const folder = path.replace(/\/?README\.md$/, '')
  return inDocs ? `${folder === '' ? '' : `${folder}/`}index.html` : `${folder}.html`
}
