// The seats of the drawing: what everybody sees of each, which are the reader's own, what is left.
const GONE = { h: "held", s: "gone", b: "gone" };
const OWN_FIRST = 1e6;

export const fill = (words, values) => words.replace(/\{(\w+)\}/g, (_, name) => values[name]);
export const far = (one, other) => Math.hypot(one.x - other.x, one.y - other.y);

export function least(list, cost) {
  let [found, lowest] = [null, Infinity];
  for (const one of list) {
    const its = cost(one);
    if (its < lowest) [found, lowest] = [one, its];
  }
  return found;
}

export class Seats {
  own = new Set();
  asking = new Set();

  constructor(root) {
    this.root = root;
    this.svg = root.querySelector("svg.seats");
    this.words = JSON.parse(root.dataset.words);
    const prices = JSON.parse(root.dataset.prices);
    this.list = [...this.svg.querySelectorAll("[data-i]")].map((node) => seatOf(node, prices));
    this.byIndex = new Map(this.list.map((seat) => [seat.index, seat]));
    this.byId = new Map(this.list.map((seat) => [seat.id, seat]));
    this.byNode = new Map(this.list.map((seat) => [seat.node, seat]));
    this.readOwn();
  }

  // The basket on the page is the truth about what is ours.
  readOwn() {
    const { event, seats } = document.getElementById("basket")?.dataset || {};
    if (event !== this.root.dataset.event) return;
    const ids = [...this.own];
    this.own = new Set(seats ? seats.split(" ").map(decodeURIComponent) : []);
    for (const id of [...ids, ...this.own]) this.paint(this.byId.get(id));
  }

  look(seat) {
    if (this.asking.has(seat)) return "asking";
    return this.own.has(seat.id) ? "mine" : GONE[seat.letter] || "free";
  }

  canPress(seat) {
    return !["held", "gone"].includes(this.look(seat));
  }

  pressable() {
    return this.list.filter((seat) => this.canPress(seat));
  }

  first() {
    const [x, y] = this.svg.dataset.focus.split(" ");
    const cost = (seat) => far(seat, { x, y }) - (this.own.has(seat.id) ? OWN_FIRST : 0);
    return least(this.pressable(), cost);
  }

  paint(seat) {
    const look = seat && this.look(seat);
    if (!seat || seat.drawn === look) return;
    const { node } = seat;
    node.classList.remove(seat.drawn);
    node.classList.add(look);
    seat.drawn = look;
    node.setAttribute("href", look === "free" ? `#g${node.dataset.g}` : `#s-${look}`);
    node.setAttribute("aria-checked", look === "mine" || look === "asking");
    this.reach(seat);
  }

  // What cannot be pressed cannot be reached, but focus is never taken away.
  reach(seat) {
    const { node } = seat;
    const isReachable = this.canPress(seat) || document.activeElement === node;
    node.setAttribute("aria-hidden", !isReachable);
    if (!isReachable) node.removeAttribute("tabindex");
    else if (node.tabIndex < 0) node.setAttribute("tabindex", -1);
  }

  nameRow({ row }) {
    const free = this.list.filter((seat) => seat.row === row && this.look(seat) === "free");
    row.setAttribute("aria-label", fill(this.words.row, { ...row.dataset, count: free.length }));
  }
}

function seatOf(node, prices) {
  const number = (name) => Number(node.getAttribute(name));
  const drawn = ["mine", "held", "gone"].find((name) => node.classList.contains(name));
  const label = node.getAttribute("aria-label");
  const cut = label.lastIndexOf(`, ${prices[node.dataset.c]}`);
  return {
    node,
    row: node.parentNode,
    id: node.dataset.seat,
    index: Number(node.dataset.i),
    place: label.slice(0, cut),
    facts: label.slice(cut + 2),
    x: number("x") + number("width") / 2,
    y: number("y") + number("width") / 2,
    letter: { mine: "h", held: "h", gone: "s" }[drawn] || "f",
    drawn: drawn || "free",
  };
}

export function bindCounts({ root, words, list }) {
  const prices = [...root.querySelectorAll("[data-only]")];
  const categories = root.dataset.runs.split(" ").flatMap((run) => {
    const [count, category] = run.split(":");
    return Array(Number(count)).fill(category);
  });

  for (const price of prices) price.addEventListener("click", () => filter(price));

  function filter(pressed) {
    const isOn = pressed.getAttribute("aria-pressed") !== "true";
    for (const price of prices) price.setAttribute("aria-pressed", isOn && price === pressed);
    for (const part of root.querySelectorAll("[data-c]")) {
      const has = part.dataset.c.split(" ").includes(pressed.dataset.only);
      part.classList.toggle("dim", isOn && !has);
    }
  }

  function tell(link, kind, count) {
    const label = words[count ? kind : `${kind}Gone`];
    link.setAttribute("aria-label", fill(label, { ...link.dataset, count }));
    link.classList.toggle("none", !count);
    const line = link.querySelector(".left");
    if (line) line.textContent = count ? fill(words.left, { count }) : words.soldOut;
  }

  return function recount(letters, areas) {
    const isFree = (letter) => letter === "f";
    const drawn = list.filter((seat) => isFree(seat.letter)).map((seat) => seat.node.dataset.c);
    const free = list.length ? drawn : categories.filter((_, i) => isFree(letters[i]));
    for (const { dataset, lastElementChild } of prices) {
      const count = free.filter((category) => category === dataset.only).length;
      lastElementChild.textContent = fill(words.left, { count });
    }
    for (const block of root.querySelectorAll(".blk")) {
      tell(block, "section", letters.slice(block.dataset.from, block.dataset.to).filter(isFree).length);
    }
    for (const area of root.querySelectorAll("[data-area]")) {
      tell(area, "area", areas[area.dataset.area]);
    }
  };
}
