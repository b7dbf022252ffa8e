// The sections of a large house and standing areas: how many places each has left.
import { fill } from "./seat-map-seats.js";

// "128:0 14:1" says that the first 128 seats are of category 0, the next 14 of category 1.
export function categoriesOf(runs) {
  return runs
    .split(" ")
    .filter(Boolean)
    .flatMap((run) => {
      const [count, category] = run.split(":");
      return Array(Number(count)).fill(category);
    });
}

export function recountSections(root, words, letters) {
  for (const block of root.querySelectorAll(".blk")) {
    const { from, to, name, price } = block.dataset;
    let count = 0;
    for (let i = Number(from); i < Number(to); i += 1) count += letters[i] === "f";
    const values = { section: name, price, count };
    tell(block, fill(count ? words.section : words.sectionGone, values), count, words, ".bl");
  }
}

export function recountAreas(root, words, areas) {
  for (const link of root.querySelectorAll("[data-area]")) {
    const count = areas[link.dataset.area];
    if (count === undefined) continue;
    const area = link.querySelector(".an").textContent;
    tell(link, fill(count ? words.area : words.areaGone, { area, count }), count, words, ".left");
  }
}

function tell(link, label, count, words, place) {
  if (link.getAttribute("aria-label") === label) return;
  link.setAttribute("aria-label", label);
  link.classList.toggle("none", !count);
  const line = link.querySelector(place);
  if (line) line.textContent = count ? fill(words.left, { count }) : words.soldOut;
}
