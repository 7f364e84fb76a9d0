// What makes and finds elements.

export function find<T extends HTMLElement>(id: string): T {
  return document.getElementById(id) as T;
}

export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, string> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

// Columns whose name begins with # hold numbers; # alone is their name, too.
export function table(columns: string[], rows: (string | number)[][]): HTMLTableElement {
  const isNumber = (column: number): boolean => columns[column]!.startsWith('#');
  const cell = (tag: 'th' | 'td', column: number, content: string): HTMLElement =>
    make(tag, { ...(isNumber(column) && { class: 'number' }), ...(tag === 'th' && { scope: 'col' }) }, content);
  return make('table', {},
    make('thead', {}, make('tr', {},
      ...columns.map((name, column) => cell('th', column, name === '#' ? name : name.replace('#', ''))))),
    make('tbody', {}, ...rows.map((row) => make('tr', {},
      ...row.map((value, column) =>
        cell('td', column, typeof value === 'number' ? commas(value) : value))))));
}

export function commas(value: number): string {
  return value.toLocaleString('en-US');
}

export function milliseconds(value: number): string {
  if (value < 0.1) return `${(1000 * value).toFixed(1)} µs`;
  return `${value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2)} ms`;
}

export function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
