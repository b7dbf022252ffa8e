// The seats of the drawing: what everybody sees of each, and which are the reader's own.
const GONE = { h: "held", s: "gone", b: "gone" };

export function fill(words, values) {
  return words.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

export class Seats {
  constructor(root) {
    this.root = root;
    this.svg = root.querySelector("svg.seats");
    this.words = JSON.parse(root.dataset.words);
    const prices = JSON.parse(root.dataset.prices);
    this.list = [...this.svg.querySelectorAll("[data-i]")].map((node) => seatOf(node, prices));
    this.byIndex = new Map(this.list.map((seat) => [seat.index, seat]));
    this.byId = new Map(this.list.map((seat) => [seat.id, seat]));
    this.byNode = new Map(this.list.map((seat) => [seat.node, seat]));
    this.own = new Set();
    this.asking = new Set();
    this.readOwn();
  }

  basket() {
    const basket = document.getElementById("basket");
    return basket?.dataset.event === this.root.dataset.event ? basket : null;
  }

  // The basket on the page is the truth about what is ours.
  readOwn() {
    const basket = this.basket();
    if (!basket) return;
    const ids = (basket.dataset.seats || "").split(" ").filter(Boolean).map(decoded);
    const changed = new Set([...this.own, ...ids]);
    this.own = new Set(ids);
    for (const id of changed) this.paint(this.byId.get(id));
  }

  look(seat) {
    if (this.asking.has(seat.id)) return "asking";
    return this.own.has(seat.id) ? "mine" : GONE[seat.letter] || "free";
  }

  canPress(seat) {
    const look = this.look(seat);
    return look === "free" || look === "mine" || look === "asking";
  }

  ask(seat, isAsking) {
    if (isAsking) this.asking.add(seat.id);
    else this.asking.delete(seat.id);
    this.paint(seat);
  }

  // Changes only what is different: nothing moves, nothing loses focus.
  paint(seat) {
    if (!seat) return;
    const { node } = seat;
    const look = this.look(seat);
    if (seat.drawn === look) return;
    seat.drawn = look;
    for (const name of ["gone", "held", "mine", "asking"]) {
      node.classList.toggle(name, name === look);
    }
    node.setAttribute("href", look === "free" ? `#g${node.dataset.g}` : `#s-${look}`);
    node.setAttribute("aria-checked", String(look === "mine" || look === "asking"));
    this.reach(seat);
    this.countRow(seat.row);
  }

  // What cannot be pressed cannot be reached either, but focus is never taken away.
  reach(seat) {
    const { node } = seat;
    if (this.canPress(seat) || document.activeElement === node) {
      node.removeAttribute("aria-hidden");
      if (!node.hasAttribute("tabindex")) node.setAttribute("tabindex", "-1");
    } else {
      node.setAttribute("aria-hidden", "true");
      node.removeAttribute("tabindex");
    }
  }

  countRow(row) {
    if (!row || row.counts) return;
    row.counts = true;
    queueMicrotask(() => {
      row.counts = false;
      const seats = [...row.children].map((node) => this.byNode.get(node));
      const count = seats.filter((seat) => seat && this.look(seat) === "free").length;
      row.setAttribute("aria-label", fill(this.words.row, { row: row.dataset.row, count }));
    });
  }

  // The free seat nearest to one, its own row first.
  nearestTo(seat) {
    const far = (other) => Math.hypot(other.x - seat.x, other.y - seat.y);
    const free = this.list.filter((other) => other !== seat && this.look(other) === "free");
    const alike = free.filter((other) => (other.node.dataset.g === "w") === (seat.node.dataset.g === "w"));
    const score = (other) => far(other) * (other.row === seat.row ? 0.5 : 1);
    return alike.reduce((best, other) => (!best || score(other) < score(best) ? other : best), null);
  }
}

export function placeWords(seat) {
  return seat.label.slice(0, seat.label.lastIndexOf(`, ${seat.price}`));
}

function seatOf(node, prices) {
  const number = (name) => Number(node.getAttribute(name));
  const half = number("width") / 2;
  const is = (name) => node.classList.contains(name);
  const label = node.getAttribute("aria-label");
  return {
    node,
    label,
    price: prices[node.dataset.c],
    index: Number(node.dataset.i),
    id: node.dataset.seat,
    category: node.dataset.c,
    row: node.parentNode,
    x: number("x") + half,
    y: number("y") + half,
    letter: is("held") || is("mine") ? "h" : is("gone") ? "s" : "f",
    drawn: ["mine", "held", "gone"].find(is) || "free",
  };
}

function decoded(id) {
  try {
    return decodeURIComponent(id);
  } catch {
    return id;
  }
}
