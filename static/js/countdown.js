// The clock of the basket: from the server's end time and what it said was left, never by counting.
const MINUTE = 60;

export function bindCountdown() {
  setInterval(tick, 1000);
  document.addEventListener("visibilitychange", tick);
  document.addEventListener("htmx:after:swap", tick);
  tick();
}

function tick() {
  const basket = document.querySelector("[data-expires-at]");
  if (!basket || basket.dataset.paying !== undefined) return;
  const left = secondsLeft(basket);
  const words = `${Math.floor(left / MINUTE)}:${String(left % MINUTE).padStart(2, "0")}`;
  for (const clock of document.querySelectorAll("[data-clock]")) {
    if (clock.textContent !== words) clock.textContent = words;
  }
  const meter = document.querySelector("[data-meter]");
  if (meter) meter.value = left;
}

// This computer's clock may be wrong: it is compared with the server's once, when a basket arrives.
export function secondsLeft(basket) {
  const at = Date.parse(basket.dataset.expiresAt);
  basket.clockAhead ??= Date.now() - (at - Number(basket.dataset.secondsLeft) * 1000);
  return Math.max(0, Math.round((at - (Date.now() - basket.clockAhead)) / 1000));
}
