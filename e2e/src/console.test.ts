/** The console in a real browser, served by a real worker. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { ConnectorStatus } from '@penstock/client'
import type { Browser, Locator } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ConsolePage, findChromium, startBrowser } from './harness/console-page.ts'
import { type Cluster, freshName, stack, startCluster, until } from './harness/index.ts'

const secret = 'hunter2-s3cret'
/** Folder for pictures of every view; none are taken where it is not set. */
const pictures = process.env.PENSTOCK_SCREENSHOTS
const chromium = findChromium()
if (chromium === null)
  console.warn('skipped: the console in a browser; there is no chromium (apt-get install chromium)')

describe.skipIf(chromium === null)('the console', () => {
  let cluster: Cluster
  let browser: Browser
  beforeAll(async () => {
    const properties = { 'executor.processes': '1', 'offset.flush.interval.ms': '500' }
    ;[cluster, browser] = await Promise.all([startCluster({ workers: 2, properties }), startBrowser()])
  })
  afterAll(async () => {
    await browser?.close()
    await cluster?.[Symbol.asyncDispose]()
  })
  const open = (): Promise<ConsolePage> => ConsolePage.open(browser, cluster.worker(0).url)

  test('a connector lives its whole life in the console, and its password is never shown', async () => {
    const topic = await cluster.createTopic()
    const name = freshName('orders')
    await using view = await open()
    const { page } = view
    const field = (key: string): Locator => page.locator(`[id="key-${key}"]`)
    const heading = page.getByRole('heading', { level: 1 })
    const state = page.locator('.view-header .badge')

    await page.getByRole('link', { name: 'Connectors', exact: true }).click()
    await page.getByRole('link', { name: 'New connector' }).first().click()
    await page.getByRole('link', { name: /^ElasticsearchSink/ }).click()
    await page.getByLabel('Name', { exact: true }).fill(name)
    // The errors of what is missing stand at their fields, before anything is sent.
    await page.locator('.form-field.has-errors', { has: field('connection.url') }).waitFor()
    await expect(page.getByRole('button', { name: 'Create' }).isDisabled()).resolves.toBe(true)
    await field('topics').fill(topic)
    await field('connection.url').fill(stack.elasticsearch)
    await field('connection.username').fill('console')
    await field('connection.password').fill(secret)
    await field('key.ignore').selectOption('true')
    // What matters little is folded away.
    for (const more of await page.getByText(/more settings?$/).all()) await more.click()
    await field('schema.ignore').selectOption('true')
    await page.getByRole('button', { name: 'Create' }).click()
    await page.getByText(`${name} is made`).waitFor()
    await state.filter({ hasText: 'running' }).waitFor()
    expect(await heading.textContent()).toBe(name)

    const records = await cluster.produce(topic, 50)
    await cluster.index(topic).untilHoldsExactly(records)
    await page.getByRole('listitem', { name: 'Task 0' }).getByText('running').waitFor()

    await page.getByRole('button', { name: 'Pause' }).click()
    await state.filter({ hasText: 'paused' }).waitFor()
    await page.getByRole('button', { name: 'Resume' }).click()
    await state.filter({ hasText: 'running' }).waitFor()

    await page.getByRole('link', { name: 'Edit' }).click()
    await field('batch.size').fill('many')
    await page.locator('.form-field.has-errors', { has: field('batch.size') }).waitFor()
    await field('batch.size').fill('500')
    await page.getByText('No errors').waitFor()
    await page.getByRole('button', { name: 'Save changes' }).click()
    await page.getByText(`${name} is changed`).waitFor()
    // Nobody typed the password again, and it is still there.
    expect(await cluster.client.config(name)).toMatchObject({ 'batch.size': '500', 'connection.password': secret })
    await view.show(`#/connectors/${name}/config`)
    await page.locator('.config-row', { hasText: 'connection.password' }).getByText('hidden').waitFor()

    await page.getByRole('link', { name: 'Preview' }).click()
    await page.getByRole('button', { name: 'Show preview' }).click()
    await page.getByText('Would be written').first().waitFor()
    expect(await page.locator('.preview-records > li').count()).toBe(5)

    await page.getByRole('link', { name: 'Verify' }).click()
    await page.getByRole('button', { name: 'Verify' }).click()
    await page.getByText('none is missing and none is there twice').waitFor()

    await page.getByRole('link', { name: 'Offsets' }).click()
    await page.getByText('Offsets can be changed while the connector is stopped').waitFor()
    await page.getByRole('button', { name: 'Stop' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Stop' }).click()
    await state.filter({ hasText: 'stopped' }).waitFor()
    await page.getByLabel(`Offset of ${topic}-0`).fill('7')
    await until(
      async () => {
        const change = page.getByRole('button', { name: 'Change 1 offset' })
        if (await change.isVisible()) await change.click()
        return (await cluster.client.offsets(name)).offsets[0]?.offset?.kafka_offset === 7
      },
      { what: 'the offset to be changed, once the consumer has left its group', everyMs: 500 },
    )

    await page.getByRole('button', { name: 'Delete' }).click()
    await page.getByRole('dialog').getByRole('textbox').fill(name)
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    await page.getByText(`${name} is deleted`).waitFor()
    expect(await cluster.client.connectors()).not.toContain(name)
    expect(await view.everything()).not.toContain(secret)
    expect(view.offences).toEqual([])
  })

  test('a failed task shows the record that it failed at, and is restarted once the cause is gone', async () => {
    const topic = await cluster.createTopic()
    const index = cluster.index(topic)
    await index.create({}, { properties: { number: { type: 'long' } } })
    const name = freshName('failing')
    await cluster.createConnector(name, { 'connector.class': 'ElasticsearchSink', topics: topic })
    await cluster.untilRunning(name, { tasks: 1 })
    await using view = await open()
    const { page } = view
    await view.show('#/connectors?state=FAILED')
    await page.getByText('No connector is like that').waitFor()
    const records = await cluster.produce(topic, [{ value: '{"number":1}' }, { value: '{"number":"many"}' }])
    const row = page.getByRole('row', { name: new RegExp(name) })
    await row.getByText('failed', { exact: true }).waitFor()
    await row.getByText(`${topic}-0@1`).first().waitFor()
    await row.getByRole('link', { name }).click()
    const task = page.getByRole('listitem', { name: 'Task 0' })
    await task.getByText('failed', { exact: true }).waitFor()
    await task.getByText(`${topic}-0@1`).first().waitFor()
    await index.delete()
    await index.create({}, { properties: { number: { type: 'keyword' } } })
    await task.getByRole('button', { name: 'Restart task 0' }).click()
    await task.getByText('running', { exact: true }).waitFor()
    await index.untilHoldsExactly(records)
    expect(view.offences).toEqual([])
    await cluster.client.deleteConnector(name)
  })

  test('a worker that stops answering is shown as unreachable, and as running when it is back', async () => {
    await using view = await open()
    const { page } = view
    const stopped = cluster.worker(1)
    const card = page.getByRole('article', { name: `Worker ${stopped.workerId}` })
    await card.getByText('running').first().waitFor()
    stopped.pause()
    try {
      await card.getByText('unreachable').waitFor({ timeout: 30_000 })
      await page.getByText('1 worker does not answer').waitFor()
    } finally {
      stopped.resume()
    }
    await card.getByText('running').first().waitFor({ timeout: 30_000 })
    expect(view.offences).toEqual([])
  })

  test('a thousand connectors are listed, filtered and scrolled with few rows in the page', async () => {
    await using view = await open()
    const { page } = view
    const all = Object.fromEntries(Array.from({ length: 1_000 }, (_, number) => listEntry(number)))
    await page.route('**/connectors?expand=**', (route) => route.fulfill({ json: all }))
    await page.reload()
    await view.show('#/connectors')
    await page.getByText('1,000 connectors').waitFor()
    const rows = page.locator('.virtual .row')
    expect(await rows.count()).toBeLessThan(60)
    await page.keyboard.press('End')
    await page.getByRole('link', { name: 'connector-999', exact: true }).waitFor()
    expect(await rows.count()).toBeLessThan(60)
    await page.getByRole('searchbox').fill('connector-77')
    await page.getByText('11 of 1,000 connectors').waitFor()
    expect(await rows.count()).toBe(11)
    await page.getByRole('searchbox').fill('')
    await page.getByRole('button', { name: 'Lag' }).click()
    await rows.first().getByText('connector-999').waitFor()
    await page.getByRole('button', { name: /^Failed/ }).click()
    await page.getByText('100 of 1,000 connectors').waitFor()
    expect(view.offences).toEqual([])
  })

  test('every view can be used by everybody: in light and dark, on a phone and on a wide screen', async () => {
    const topic = await cluster.createTopic()
    const name = freshName('views')
    await cluster.createConnector(name, {
      'connector.class': 'ElasticsearchSink',
      topics: topic,
      'connection.username': 'console',
      'connection.password': secret,
      'errors.tolerance': 'all',
      'errors.deadletterqueue.topic.name': cluster.deadLetters(`${topic}-dlq`).topic,
      'errors.deadletterqueue.topic.replication.factor': '1',
      'errors.deadletterqueue.context.headers.enable': 'true',
    })
    await cluster.produce(topic, [{ key: 'a', value: '{"id":1}', headers: { origin: 'shop' } }, { value: '{"id":' }])
    await cluster.deadLetters(`${topic}-dlq`).untilCount(1)
    const at = `#/connectors/${name}`
    const views: [string, string, string][] = [
      ['cluster', '#/', '.card'],
      ['connectors', '#/connectors', '.virtual .row'],
      ['connector', at, '.tasks .card'],
      ['config', `${at}/config`, '.config-row'],
      ['offsets', `${at}/offsets`, '.table tbody tr'],
      ['dead-letters', `${at}/dead-letters`, '.letters .card'],
      ['preview', `${at}/preview`, '.preview form'],
      ['verify', `${at}/verify`, 'form'],
      ['edit', `${at}/edit`, '.form-field'],
      ['create', '#/create', '.choices a'],
      ['plugins', '#/plugins', '.plugin-list li'],
      ['plugin', '#/plugins/ElasticsearchSink', '.keys li'],
      ['loggers', '#/loggers', '.table tbody tr'],
      ['logs', '#/logs', '.log-line'],
    ]
    await using view = await open()
    const { page } = view
    const findings: object[] = []
    for (const [label, hash, shown] of views) {
      await view.show(hash)
      await page.locator(shown).first().waitFor()
      if (label === 'preview') {
        await page.getByRole('button', { name: 'Show preview' }).click()
        await page.locator('.preview-records > li').first().waitFor()
      }
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
        for (const width of [360, 1600]) {
          await page.setViewportSize({ width, height: 900 })
          // Only the colours differ in the dark.
          const found = await view.accessibilityFindings(colorScheme === 'dark' ? 'colours' : 'all')
          const overflows = await page.evaluate('document.documentElement.scrollWidth > innerWidth')
          if (found.length > 0 || overflows) findings.push({ label, colorScheme, width, overflows, found })
          if (pictures) {
            await mkdir(pictures, { recursive: true })
            await page.screenshot({ path: join(pictures, `${label}-${colorScheme}-${width}.png`) })
          }
        }
      }
    }
    expect(findings).toEqual([])
    expect(await view.everything()).not.toContain(secret)
    expect(view.offences).toEqual([])
  })

  test('whoever has to sign in is asked for it by the console, and is told what the role forbids', async () => {
    await using view = await open()
    const { page } = view
    await page.route('**/*', (route) => {
      const { pathname } = new URL(route.request().url())
      const user = route.request().headers().authorization
      if (pathname.startsWith('/ui/') || user === `Basic ${btoa('view:right')}`) {
        return route.request().method() === 'PUT'
          ? route.fulfill({
              status: 403,
              json: { error_code: 403, message: 'This needs the role operate, but the user has the role read' },
            })
          : route.continue()
      }
      return route.fulfill({ status: 401, json: { error_code: 401, message: 'User cannot access the resource.' } })
    })
    await page.reload()
    const signIn = async (password: string): Promise<void> => {
      await page.getByLabel('User', { exact: true }).fill('view')
      await page.getByLabel('Password', { exact: true }).fill(password)
      await page.getByRole('button', { name: 'Sign in' }).click()
    }
    await signIn('wrong')
    await page.getByText('did not accept these credentials').waitFor()
    await signIn('right')
    await page.getByRole('article').first().waitFor()
    await view.show('#/loggers')
    await page.getByLabel('Level of root').selectOption('DEBUG')
    await page.getByText('You may not do this').waitFor()
    await page.getByText('This needs the role operate').waitFor()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    expect(await page.evaluate(() => JSON.stringify(sessionStorage))).toBe('{}')
    expect(view.offences).toEqual([])
  })
})

/** A connector of a list that no worker has: every tenth has failed, the lag grows with the number. */
function listEntry(number: number): [string, { status: ConnectorStatus; metrics: object }] {
  const name = `connector-${number}`
  const state = number % 10 === 0 ? 'FAILED' : 'RUNNING'
  const at = { worker_id: '127.0.0.1:8083' }
  const task = {
    ...{ id: 0, state, ...at, records_per_second: number, bytes_per_second: null, records_total: null, lag: number },
    ...{
      errors_total: 0,
      dead_letters_total: 0,
      retries_total: 0,
      put_latency_ms: null,
      holding: null,
      last_error: null,
    },
  }
  return [
    name,
    {
      status: { name, type: 'sink', connector: { state: 'RUNNING', ...at }, tasks: [{ id: 0, state, ...at }] },
      metrics: { name, type: 'sink', tasks: [task] },
    },
  ]
}
