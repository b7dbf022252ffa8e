// The seat map of an event's page. docs/seat-map.md says what the page gives and what this asks.
import { bindCard } from "./seat-map-card.js";
import { bindChoice } from "./seat-map-choice.js";
import { bindKeys } from "./seat-map-keys.js";
import { bindLegend } from "./seat-map-legend.js";
import { bindOthers } from "./seat-map-others.js";
import { categoriesOf, recountAreas, recountSections } from "./seat-map-sections.js";
import { Seats } from "./seat-map-seats.js";
import { followState } from "./seat-map-state.js";
import { View } from "./seat-map-view.js";

const ROOM = 1.3; // of the least size that can be pressed: how large seats are after coming nearer
const HIT = 0.62; // of a step from seat to seat: how near to a seat a press has to be

const root = document.querySelector("[data-seat-map]");
if (root) start(root);

function start(root) {
  const seats = new Seats(root);
  const { svg, words } = seats;
  root.classList.add("is-live");
  const view = new View(root, svg);
  const card = bindCard(seats);
  const letters = [];
  const categories = categoriesOf(root.dataset.runs);
  const recount = bindLegend(seats, () => countFree(seats, letters, categories));
  const others = bindOthers(seats, view.pitch);
  const look = followState(root, words, (state) => apply(state));
  const press = bindChoice(seats, card, look);
  const rest = bindKeys(seats, view, press);

  svg.addEventListener("click", (event) => {
    const seat = seats.byNode.get(event.target) || seatAt(seats, view, event);
    if (!seat) return;
    const least = view.leastPx(event.pointerType === "touch");
    if (view.pitchPx < least) {
      view.show(seat.x, seat.y, (least * ROOM) / view.pitch);
      card.show(seat, words.closer);
    } else press(seat);
  });
  document.addEventListener("htmx:after:swap", rest);
  if (seats.list.length && view.pitchPx < view.leastPx()) openBestBlock(seats, view);

  function apply(state) {
    const gone = [];
    const changes = state.changes || [...state.seats].map((letter, index) => [index, letter]);
    if (categories.length && !letters.length && state.changes) return void whole();
    for (const [index, letter] of changes) {
      letters[index] = letter;
      const seat = seats.byIndex.get(index);
      if (!seat || seat.letter === letter) continue;
      if (seat.letter === "f" && !seats.own.has(seat.id) && !seats.asking.has(seat.id)) gone.push(seat);
      seat.letter = letter;
      seats.paint(seat);
    }
    recountAreas(root, words, state.areas);
    if (categories.length) recountSections(root, words, letters);
    if (changes.length) recount();
    others(gone);
    rest();
  }
}

function countFree(seats, letters, categories) {
  const counts = {};
  const add = (category) => (counts[category] = (counts[category] || 0) + 1);
  if (categories.length) letters.forEach((letter, i) => letter === "f" && add(categories[i]));
  else for (const seat of seats.list) if (seat.letter === "f") add(seat.category);
  return counts;
}

function seatAt(seats, view, event) {
  const { x, y } = view.pointAt(event);
  const far = (seat) => Math.hypot(seat.x - x, seat.y - y);
  const near = seats.list.reduce((a, b) => (!a || far(b) < far(a) ? b : a), null);
  return near && far(near) < view.pitch * HIT ? near : null;
}

// On a phone the first view is the part of the house with the best free seats, large enough to tap.
function openBestBlock(seats, view) {
  const [x, y] = seats.svg.dataset.focus.split(" ").map(Number);
  const far = (seat) => Math.hypot(seat.x - x, seat.y - y) - (seats.own.has(seat.id) ? 1e6 : 0);
  const free = seats.list.filter((seat) => seats.canPress(seat));
  const best = free.reduce((a, b) => (!a || far(b) < far(a) ? b : a), null);
  if (best) view.show(best.x, best.y, (view.leastPx(true) * ROOM) / view.pitch);
}
