// The card and the ring: what the seat under the pointer or in focus is, in the words of its name.
import { placeWords } from "./seat-map-seats.js";
import { say } from "./steppers.js";

const SVG = "http://www.w3.org/2000/svg";
const RING_ROOM = 5; // plan units around a seat

export function bindCard(seats) {
  const { root, svg } = seats;
  const card = root.querySelector("[data-seat-card]");
  const ring = document.createElementNS(SVG, "circle");
  let pinned = null; // a seat whose answer stays on the card until another is looked at

  ring.setAttribute("class", "ring");
  ring.setAttribute("visibility", "hidden");
  svg.append(ring);

  function write(title, more) {
    const place = document.createElement("b");
    place.textContent = title;
    card.replaceChildren(place, more);
  }

  function put(node) {
    card.hidden = false;
    const map = card.parentNode.getBoundingClientRect();
    const at = node.getBoundingClientRect();
    const above = at.top - map.top - card.offsetHeight - 8;
    const left = (at.left + at.right) / 2 - map.left - card.offsetWidth / 2;
    const most = map.width - card.offsetWidth - 4;
    card.style.left = `${Math.max(4, Math.min(left, most))}px`;
    card.style.top = `${above > 4 ? above : at.bottom - map.top + 8}px`;
  }

  function show(seat, answer = "") {
    pinned = answer ? seat : null;
    write(placeWords(seat), answer || seat.label.slice(placeWords(seat).length + 2));
    put(seat.node);
    if (answer && answer !== seats.words.asking) say(`${placeWords(seat)}: ${answer}`);
  }

  function showLink(link) {
    const [title, ...more] = link.getAttribute("aria-label").split(", ");
    write(title, more.join(", "));
    put(link);
  }

  function look(node) {
    const seat = seats.byNode.get(node);
    if (seat) {
      if (seat !== pinned && seats.canPress(seat)) show(seat);
    } else if (node?.closest?.("a[aria-label]")) showLink(node.closest("a"));
    else if (!pinned) hide();
  }

  function hide() {
    pinned = null;
    card.hidden = true;
  }

  function focus(node) {
    const seat = seats.byNode.get(node);
    ring.setAttribute("visibility", seat && node.matches(":focus-visible") ? "visible" : "hidden");
    if (!seat) return;
    ring.setAttribute("cx", seat.x);
    ring.setAttribute("cy", seat.y);
    ring.setAttribute("r", Number(node.getAttribute("width")) / 2 + RING_ROOM);
  }

  svg.addEventListener("pointerover", (event) => event.pointerType === "touch" || look(event.target));
  svg.addEventListener("pointerleave", () => pinned || hide());
  svg.addEventListener("focusin", (event) => {
    focus(event.target);
    look(event.target);
  });
  svg.addEventListener("focusout", (event) => {
    ring.setAttribute("visibility", "hidden");
    const seat = seats.byNode.get(event.target);
    if (seat) queueMicrotask(() => seats.reach(seat));
    if (!svg.contains(event.relatedTarget)) hide();
  });
  document.addEventListener("keydown", (event) => event.key === "Escape" && hide());
  return { show, hide, place: (seat) => card.hidden || put(seat.node) };
}
