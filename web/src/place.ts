// A place where the network runs, and what it said there: one of the columns.
import { find, make, milliseconds } from './dom';
import type { Inference } from './model';

const kMostBars = 10;

export class Place {
  readonly element: HTMLElement;
  private readonly actions: HTMLElement;

  constructor(id: string, title: string) {
    const template = find<HTMLTemplateElement>('place').content.cloneNode(true) as DocumentFragment;
    this.element = template.querySelector('section')!;
    this.element.id = id;
    const heading = this.part('h2');
    heading.id = `${id}-title`;
    heading.textContent = title;
    this.element.setAttribute('aria-labelledby', heading.id);
    this.part('.scroll').setAttribute('aria-label', `Time per operator: ${title}`);
    this.actions = this.part('.actions');
    find('places').append(this.element);
  }

  private part(selector: string): HTMLElement {
    return this.element.querySelector<HTMLElement>(selector)!;
  }

  describe(what: string): void {
    this.part('.what').textContent = what;
  }

  say(text: string, isBad = false): void {
    const state = this.part('.state');
    state.textContent = text;
    state.classList.toggle('bad', isBad);
  }

  button(label: string, action: () => void): HTMLButtonElement {
    const button = make('button', { type: 'button' }, label);
    button.addEventListener('click', action);
    this.actions.append(button);
    return button;
  }

  // From 0 to 1; null: nothing is going on.
  progress(done: number | null): void {
    const bar = this.part('progress') as HTMLProgressElement;
    bar.hidden = done === null;
    if (done !== null) bar.value = done;
  }

  // What is shown belongs to another input.
  age(): void {
    this.part('.result').classList.add('stale');
  }
  empty(): void {
    this.part('.result').hidden = true;
  }

  // `values`: of the first output. Returns it in words.
  show(values: Float32Array, inference: Inference, note: string): string {
    const best = values.reduce((at, value, index) => (value > values[at]! ? index : at), 0);
    const sure = valueText(values[best]!, isShare(values));
    this.part('.best').textContent = String(best);
    this.part('.sure').textContent = sure;
    this.part('.time').textContent = milliseconds(inference.milliseconds);
    this.part('.bars').replaceChildren(...bars(values, best));
    this.part('.note').textContent = note;
    this.part('.steps').replaceChildren(...stepRows(inference));
    const result = this.part('.result');
    result.hidden = false;
    result.classList.remove('stale');
    return `${best}, ${sure}, ${milliseconds(inference.milliseconds)}`;
  }
}

// Probabilities, as far as can be seen.
function isShare(values: Float32Array): boolean {
  return values.every((value) => value >= 0 && value <= 1);
}

function valueText(value: number, isOfOne: boolean): string {
  return isOfOne ? `${(100 * value).toFixed(1)} %` : value.toPrecision(4);
}

// Of more than ten values the largest, in their own order.
function bars(values: Float32Array, best: number): HTMLElement[] {
  const shown = Array.from(values.keys())
    .sort((a, b) => values[b]! - values[a]! || a - b)
    .slice(0, kMostBars)
    .sort((a, b) => a - b);
  const share = isShare(values);
  const largest = share ? 1 : Math.max(...shown.map((index) => Math.abs(values[index]!))) || 1;
  return shown.map((index) => {
    const fill = make('span', { class: 'fill' });
    fill.style.width = `${(100 * Math.max(0, values[index]!)) / largest}%`;
    return make('li', index === best ? { class: 'first' } : {},
      make('span', { class: 'label' }, String(index)),
      make('span', { class: 'track', 'aria-hidden': 'true' }, fill),
      make('span', { class: 'value' }, valueText(values[index]!, share)));
  });
}

function stepRows({ steps }: Inference): HTMLElement[] {
  const longest = Math.max(...steps.map((step) => step.milliseconds)) || 1;
  return steps.map((step) => {
    const fill = make('span', { class: 'fill' });
    fill.style.width = `${(100 * step.milliseconds) / longest}%`;
    return make('tr', {},
      make('th', { scope: 'row' }, step.type),
      make('td', { 'aria-hidden': 'true' }, make('span', { class: 'track' }, fill)),
      make('td', { class: 'number' }, milliseconds(step.milliseconds)));
  });
}
