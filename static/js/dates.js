// Choosing another date goes there at once.
export function bindDates() {
  for (const choice of document.querySelectorAll("[data-goes-there]")) {
    choice.addEventListener("change", () => choice.form.submit());
  }
}
