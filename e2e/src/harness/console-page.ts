/** The console in a real browser, watched for everything that it must not do. */
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import axe from 'axe-core'
import { type Browser, chromium, type Page, type Request } from 'playwright-core'
import { failureNotes } from './failure-notes.ts'

/** The Chromium of the machine; null where there is none. */
export function findChromium(): string | null {
  const named = process.env.PENSTOCK_CHROMIUM
  if (named) return named
  const folders = (process.env.PATH ?? '').split(delimiter)
  const names = ['chromium', 'chromium-browser', 'google-chrome']
  return folders.flatMap((folder) => names.map((name) => join(folder, name))).find((path) => existsSync(path)) ?? null
}

export async function startBrowser(): Promise<Browser> {
  const executablePath = findChromium()
  if (executablePath === null) throw new Error('there is no Chromium: install it, or name one by PENSTOCK_CHROMIUM')
  // Containers give root no sandbox and little shared memory.
  return await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'] })
}

export interface AccessibilityFinding {
  readonly rule: string
  readonly impact: string
  readonly where: readonly string[]
}

export class ConsolePage implements AsyncDisposable {
  readonly page: Page
  /** Requests to other hosts, broken rules of the security policy, exceptions. */
  readonly offences: string[] = []
  /** Bodies of all answers that are no stream. */
  readonly answers: string[] = []
  readonly #url: string
  readonly #bodies: Promise<void>[] = []
  /** A line for each request, as far as it has come. */
  readonly #requests = new Map<Request, string>()
  #lastText = ''

  private constructor(page: Page, workerUrl: string) {
    this.page = page
    this.#url = `${workerUrl}/ui/`
    const { origin } = new URL(workerUrl)
    page.on('request', (request) => {
      this.#requests.set(request, `${request.method()} ${request.url()}: no answer`)
      if (new URL(request.url()).origin !== origin) this.offences.push(`request to ${request.url()}`)
    })
    page.on('console', (message) => {
      if (/Content Security Policy|Refused to/i.test(message.text())) this.offences.push(message.text())
    })
    page.on('requestfailed', (request) => this.#tell(request, request.failure()?.errorText ?? 'failed'))
    page.on('pageerror', (error) => this.offences.push(String(error)))
    page.on('response', (response) => {
      this.#tell(response.request(), String(response.status()))
      if (!response.headers()['content-type']?.startsWith('application/json')) return
      const keep = response.text().then(
        (text) => void this.answers.push(text),
        () => {}, // the page went on before it was read
      )
      this.#bodies.push(keep)
    })
  }

  /** A page of its own session. */
  static async open(browser: Browser, workerUrl: string): Promise<ConsolePage> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce' })
    const page = await context.newPage()
    page.setDefaultTimeout(60_000) // cores that others use too make some things take ten times as long
    const opened = new ConsolePage(page, workerUrl)
    failureNotes.push(() => opened.#lastWords())
    await page.goto(opened.#url)
    return opened
  }

  /** Shows a view by its address, as a link does. */
  async show(hash: string): Promise<void> {
    await this.page.evaluate(`location.hash = ${JSON.stringify(hash)}`)
  }

  /** All that was ever answered, and what the page holds now. */
  async everything(): Promise<string> {
    await Promise.all(this.#bodies)
    return [...this.answers, await this.page.content()].join('\n')
  }

  /** What axe finds that keeps people from using the view: serious and critical findings. */
  async accessibilityFindings(rules: 'all' | 'colours' = 'all'): Promise<readonly AccessibilityFinding[]> {
    const hasAxe = await this.page.evaluate(() => 'axe' in globalThis)
    if (!hasAxe) await this.page.evaluate(axe.source)
    const violations = await this.page.evaluate(async (only) => {
      const { axe: runner } = globalThis as unknown as { axe: typeof import('axe-core') }
      const { violations: found } = await runner.run({
        resultTypes: ['violations'],
        ...(only === 'all' ? {} : { runOnly: ['color-contrast', 'link-in-text-block'] }),
      })
      return found.map(({ id, impact, nodes }) => ({
        rule: id,
        impact: impact ?? 'unknown',
        where: nodes
          .slice(0, 3)
          .map((node) => `${node.html.slice(0, 160)} ${node.failureSummary?.slice(0, 300) ?? ''}`),
      }))
    }, rules)
    return violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
  }

  #tell(request: Request, outcome: string): void {
    this.#requests.set(request, `${request.method()} ${request.url()}: ${outcome}`)
  }

  /** What somebody before the screen would have seen in the end. */
  #lastWords(): string {
    const requests = [...this.#requests.values()].slice(-20)
    return ['The page showed in the end:', this.#lastText, 'Its requests:', ...requests, ...this.offences].join('\n')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#lastText = await this.page.locator('body').ariaSnapshot({ timeout: 5_000 }).catch(String)
    await this.page.context().close()
  }
}
