/** NetworkInformation (WICG), in the one attribute that is used; Chromium on phones has it. */
interface NetworkInformation extends EventTarget {
  /** `wifi`, `cellular` and so on. */
  readonly type?: string;
}

/** Calls back when the page goes on after it was frozen (Page Lifecycle, Chromium) or kept while another was shown. */
export function watchResume(onResume: () => void, signal: AbortSignal): void {
  document.addEventListener('resume', onResume, { signal });
  addEventListener('pageshow', ({ persisted }) => persisted && onResume(), { signal });
}

/** Calls back when the network came back or is of another kind. `change` alone also tells of every guess at its speed. */
export function watchNetwork(onChange: () => void, signal: AbortSignal): void {
  addEventListener('online', onChange, { signal });
  const { connection } = navigator as Navigator & { readonly connection?: NetworkInformation };
  let kind = connection?.type;
  const handleChange = () => {
    if (connection?.type === kind) return;
    kind = connection?.type;
    if (kind !== 'none') onChange();
  };
  connection?.addEventListener('change', handleChange, { signal });
}
