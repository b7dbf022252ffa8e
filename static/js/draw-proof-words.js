// What the page of a proof says: its sentences are there from the start, and are shown or hidden here.
export function say(part, shown) {
  for (const [name, isShown] of Object.entries(shown)) {
    for (const words of part.querySelectorAll(`[data-say="${name}"]`)) words.hidden = !isShown;
  }
}

export function fill(part, words) {
  for (const [name, text] of Object.entries(words)) {
    const slot = part.querySelector(`[data-slot="${name}"]`);
    if (slot) slot.textContent = text;
  }
}

export function showProgress(whole, done, total) {
  const bar = whole.querySelector("[data-progress]");
  bar.max = total;
  bar.value = done;
}

export function mark(step, kind) {
  step.classList.add(kind);
  for (const words of step.querySelectorAll(`[data-say="${kind}"]`)) words.hidden = false;
}

// Loud: which check, what was wanted and what was found, whom to tell, and both files to keep.
export function showFailure(whole, refused, bytes, published) {
  const steps = [...whole.querySelectorAll("[data-check]")];
  const at = Math.max(0, steps.findIndex((step) => step.dataset.check === refused.part));
  mark(steps[at], "bad");
  const loud = whole.querySelector('[data-say="failed"]');
  const title = steps[at].querySelector("h3").firstChild.textContent;
  fill(loud, { number: at + 1, title, sentence: refused.message });
  const hasValues = typeof refused.wanted === "string" && typeof refused.got === "string";
  loud.querySelector("[data-values]").hidden = !hasValues;
  if (hasValues) fill(loud, { wanted: refused.wanted, got: refused.got });
  const seen = { check: refused.part, sentence: refused.message, wanted: refused.wanted, got: refused.got, published };
  const text = JSON.stringify({ ...seen, page: location.href, at: new Date().toISOString() }, null, 2);
  keep(loud.querySelector("[data-save-seen]"), text);
  keep(loud.querySelector("[data-save-record]"), bytes);
  say(whole, { running: false, waits: false, failed: true });
}

function keep(link, content) {
  link.href = URL.createObjectURL(new Blob([content], { type: "application/json" }));
}
