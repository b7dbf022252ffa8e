// The prices: press one to see only its seats; each says how many are left.
import { fill } from "./seat-map-seats.js";
import { say } from "./steppers.js";

export function bindLegend(seats, counts) {
  const { root, words } = seats;
  const legend = root.querySelector("[data-legend]");
  if (!legend) return () => {};
  const buttons = [...legend.querySelectorAll("[data-only]")];

  legend.addEventListener("click", (event) => {
    const pressed = event.target.closest("[data-only]");
    if (!pressed) return;
    const isOn = pressed.getAttribute("aria-pressed") !== "true";
    for (const button of buttons) {
      button.setAttribute("aria-pressed", String(isOn && button === pressed));
    }
    const only = isOn ? pressed.dataset.only : null;
    for (const seat of seats.list) {
      seat.node.classList.toggle("dim", only !== null && seat.category !== only);
    }
    for (const block of root.querySelectorAll(".blk")) {
      const has = only === null || block.dataset.cs.split(" ").includes(only);
      block.classList.toggle("dim", !has);
    }
    say(isOn ? fill(words.only, { price: pressed.querySelector("b").textContent }) : words.every);
  });

  return function recount() {
    const left = counts();
    for (const button of buttons) {
      const count = left[button.dataset.only] || 0;
      button.querySelector("[data-left]").textContent = fill(words.left, { count });
    }
  };
}
