// What the reader looks at: the card in the words of a seat's name, and the keyboard.
import { least } from "./seat-map-seats.js";
import { say } from "./steppers.js";

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const RING_ROOM = 5;

export function bindCard({ root, svg, words, byNode }, canPress) {
  const card = root.querySelector("[data-seat-card]");
  let answered; // its answer stays until another seat is looked at

  function put(node, title, more) {
    const place = document.createElement("b");
    place.textContent = title;
    card.replaceChildren(place, more);
    card.hidden = false;
    const [map, at] = [root.querySelector(".map"), node].map((it) => it.getBoundingClientRect());
    const left = (at.left + at.right - card.offsetWidth) / 2 - map.left;
    const top = at.top - map.top - card.offsetHeight - 8;
    card.style.left = `${Math.max(4, Math.min(left, map.width - card.offsetWidth - 4))}px`;
    card.style.top = `${top > 4 ? top : at.bottom - map.top + 8}px`;
  }

  function show(seat, answer) {
    answered = answer && seat;
    put(seat.node, seat.place, answer || seat.facts);
    if (answer && answer !== words.asking) say(`${seat.place}: ${answer}`);
  }

  function look({ target, pointerType }) {
    const seat = byNode.get(target);
    const link = target.closest("a");
    if (pointerType === "touch" || (seat && seat === answered)) return;
    if (seat && canPress(seat)) show(seat);
    else if (link) put(link, ...link.getAttribute("aria-label").split(/, (.*)/));
    else if (!answered) card.hidden = true;
  }

  function leave({ relatedTarget, key = "Escape" }) {
    if (key !== "Escape" || svg.contains(relatedTarget)) return;
    answered = null;
    card.hidden = true;
  }

  for (const name of ["pointerover", "focusin"]) svg.addEventListener(name, look);
  svg.addEventListener("pointerleave", (event) => answered || leave(event));
  svg.addEventListener("focusout", leave);
  document.addEventListener("keydown", leave);
  return show;
}

// One tab stop for the whole map.
export function bindKeys(seats, view, press) {
  const { root, svg, byNode } = seats;
  const ring = document.createElementNS("http://www.w3.org/2000/svg", "circle");
  let stop;

  function rest(seat = stop) {
    const next = seat && seats.canPress(seat) ? seat : seats.first();
    if (stop !== next && stop?.node.hasAttribute("tabindex")) stop.node.setAttribute("tabindex", -1);
    stop = next;
    stop?.node.setAttribute("tabindex", 0);
  }

  function rowOf({ row }) {
    return seats.pressable().filter((seat) => seat.row === row).sort((a, b) => a.x - b.x);
  }

  function step(from, [dx, dy]) {
    const ahead = (seat) => (seat.x - from.x) * dx + (seat.y - from.y) * dy;
    const aside = (seat) => Math.abs((seat.x - from.x) * dy + (seat.y - from.y) * dx);
    const inRow = dx ? rowOf(from).filter((seat) => ahead(seat) > 0) : [];
    const others = seats.pressable().filter((seat) => ahead(seat) > view.pitch * 0.4);
    return least(inRow, ahead) || least(others, (seat) => ahead(seat) + 2 * aside(seat));
  }

  function section(from, by) {
    const all = [...new Set(seats.list.map((seat) => seat.row.dataset.section))];
    const wanted = all[all.indexOf(from.row.dataset.section) + by];
    return seats.pressable().find((seat) => seat.row.dataset.section === wanted);
  }

  const places = {
    Home: (seat) => rowOf(seat)[0],
    End: (seat) => rowOf(seat).at(-1),
    PageUp: (seat) => section(seat, -1),
    PageDown: (seat) => section(seat, 1),
  };
  const acts = {
    "+": () => view.press("in"),
    "=": () => view.press("in"),
    "-": () => view.press("out"),
    0: () => view.press(),
    l: () => location.assign(root.dataset.listUrl),
    " ": press,
    enter: press,
  };

  svg.addEventListener("keydown", (event) => {
    const { target, key, altKey, ctrlKey, metaKey } = event;
    const seat = byNode.get(target);
    const [arrow, place, act] = [ARROWS[key], places[key], acts[key.toLowerCase()]];
    const isKnown = seat ? arrow || place || act : act && act !== press;
    if (!isKnown || altKey || ctrlKey || metaKey) return;
    event.preventDefault();
    if (act) act(seat);
    else (arrow ? step(seat, arrow) : place(seat))?.node.focus({ preventScroll: true });
  });
  svg.addEventListener("focusin", ({ target }) => {
    const seat = byNode.get(target);
    if (!seat) return;
    rest(seat);
    seats.nameRow(seat);
    view.reveal(seat);
    if (!target.matches(":focus-visible")) return;
    const r = target.getAttribute("width") / 2 + RING_ROOM;
    const shape = { class: "ring", cx: seat.x, cy: seat.y, r };
    for (const name in shape) ring.setAttribute(name, shape[name]);
    svg.append(ring);
  });
  svg.addEventListener("focusout", ({ target }) => {
    ring.remove();
    const seat = byNode.get(target);
    if (seat) setTimeout(() => seats.reach(seat));
  });
  rest();
  return () => rest();
}
