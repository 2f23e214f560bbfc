/** Whether the text is on the clipboard now. Browsers give a page of plain http no clipboard: then it is not. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // `navigator.clipboard` is undefined in a page that is not secure, and rejects where the person has forbidden it.
    return false;
  }
}
