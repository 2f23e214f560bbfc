/** The entries of a list in the browser's storage, where anything may stand; each is still to be checked. */
export function parseArray(stored: string | null): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(stored ?? '[]');
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}
