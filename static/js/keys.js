// Keys that make a repeated press the same press: renewed once a press has been answered.
const KEY_BYTES = 12;

export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(KEY_BYTES));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function renewKeysWhenAnswered() {
  document.addEventListener("htmx:finally:request", (event) => {
    const { sourceElement, response } = event.detail.ctx;
    const field = sourceElement?.elements?.namedItem?.("key");
    if (field && response && response.status < 300) field.value = newKey();
  });
}
