/** Moves the focus among the pictures of a grid by arrow keys, Home and End; Tab goes through everything as always. */
export function focusByArrows(event: KeyboardEvent): void {
  if (!(event.target instanceof HTMLElement) || !(event.currentTarget instanceof HTMLElement)) return;
  if (!event.target.matches('.cover') || event.altKey || event.ctrlKey || event.metaKey) return;
  const covers = [...event.currentTarget.querySelectorAll<HTMLElement>('.cover')];
  const to = nextIndex(event.key, covers.indexOf(event.target), columnsOf(covers), covers.length);
  const next = to === undefined ? undefined : covers[to];
  if (next === undefined) return;
  event.preventDefault();
  next.focus();
}

function nextIndex(key: string, index: number, columns: number, count: number): number | undefined {
  switch (key) {
    case 'ArrowLeft':
      return index - 1;
    case 'ArrowRight':
      return index + 1;
    case 'ArrowUp':
      return index - columns;
    case 'ArrowDown':
      return index + columns;
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return undefined;
  }
}

/** As many as stand at the height of the first. */
function columnsOf(covers: readonly HTMLElement[]): number {
  const tops = covers.map((cover) => Math.round(cover.getBoundingClientRect().top));
  return tops.filter((top) => top === tops[0]).length;
}
