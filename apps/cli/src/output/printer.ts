import { stringify } from 'yaml'
import { paint, type Style, type Terminal } from '../terminal.ts'
import { formatTable, oneLine } from './table.ts'

export const outputFormats = ['table', 'wide', 'json', 'yaml', 'name'] as const
export type OutputFormat = (typeof outputFormats)[number]

export interface Column<Item> {
  readonly title: string
  readonly text: (item: Item) => string | number | null | undefined
  /** Only with `-o wide`. */
  readonly wide?: boolean
  readonly style?: (item: Item) => Style | undefined
}

export interface Listing<Item> {
  readonly columns: readonly Column<Item>[]
  /** Of one item, for `-o name`. */
  readonly name: (item: Item) => string
  /** Said on stderr in place of an empty table. */
  readonly empty?: string
}

/** Prints results in the format that was asked for. */
export class Printer {
  readonly format: OutputFormat
  readonly #terminal: Terminal

  constructor(terminal: Terminal, format: OutputFormat) {
    this.#terminal = terminal
    this.format = format
  }

  /** Whether a person reads, and not a program. */
  get isForPeople(): boolean {
    return this.format === 'table' || this.format === 'wide'
  }

  list<Item>(items: readonly Item[], { columns, name, empty = 'nothing found' }: Listing<Item>): void {
    switch (this.format) {
      case 'json':
      case 'yaml':
        this.#data(items)
        break
      case 'name':
        for (const item of items) this.#terminal.out(`${oneLine(name(item), 500)}\n`)
        break
      case 'table':
      case 'wide':
        if (items.length === 0) this.#terminal.err(`${empty}\n`)
        else this.#terminal.out(this.table(items, columns))
    }
  }

  /** One thing: `text` is for people. */
  one(item: unknown, name: string, text: () => string): void {
    switch (this.format) {
      case 'json':
      case 'yaml':
        this.#data(item)
        break
      case 'name':
        this.#terminal.out(`${name}\n`)
        break
      case 'table':
      case 'wide':
        this.#terminal.out(text())
    }
  }

  /** The rows with their titles. */
  table<Item>(items: readonly Item[], columns: readonly Column<Item>[]): string {
    const shown = columns.filter(({ wide }) => wide !== true || this.format === 'wide')
    const rows = items.map((item) =>
      shown.map(({ text, style }) => {
        const value = text(item)
        const cell = value === null || value === undefined || value === '' ? '-' : oneLine(String(value))
        const chosen = style?.(item)
        return chosen === undefined ? cell : paint(this.#terminal, chosen, cell)
      }),
    )
    return formatTable([shown.map(({ title }) => paint(this.#terminal, 'bold', title)), ...rows])
  }

  #data(value: unknown): void {
    this.#terminal.out(this.format === 'json' ? `${JSON.stringify(value, null, 2)}\n` : stringify(value))
  }
}
