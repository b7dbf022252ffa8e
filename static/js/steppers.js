// Buttons beside a number: one fewer, one more, never beyond its limits.
export function bindSteppers() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-step]");
    const field = button?.closest("[data-stepper]")?.querySelector("input");
    if (!field) return;
    const wanted = (Number(field.value) || Number(field.min)) + Number(button.dataset.step);
    field.value = Math.min(Number(field.max), Math.max(Number(field.min), wanted));
    field.dispatchEvent(new Event("input", { bubbles: true }));
    say(`${field.getAttribute("aria-label")}: ${field.value}`);
  });
}

export function say(words) {
  const region = document.getElementById("said");
  if (region) region.textContent = words;
}
