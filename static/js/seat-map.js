// The seat map of an event's page. docs/seat-map.md says what the page gives and what this asks.
import { look as lookAtBasket } from "./basket.js";
import { newKey } from "./keys.js";
import { bindCard, bindKeys } from "./seat-map-focus.js";
import { bindCounts, far, fill, least, Seats } from "./seat-map-seats.js";
import { View } from "./seat-map-view.js";
import { say } from "./steppers.js";

const HIT = 0.62; // steps from seat to seat: how near to a seat a press has to be
const NEAR = 2.2; // steps: what other buyers take within this of our seats is news
const QUIET_MS = 10_000;
const [POLL_MS, SLOW_POLL_MS, GIVE_UP_MS] = [2_000, 15_000, 6_000];

const root = document.querySelector("[data-seat-map]");
if (root) start(new Seats(root));

function start(seats) {
  const { svg, words } = seats;
  root.classList.add("is-live");
  const view = new View(root, svg);
  const show = bindCard(seats, (seat) => seats.canPress(seat));
  const recount = bindCounts(seats);
  const look = followState(seats, changed);
  const rest = bindKeys(seats, view, press);
  let [letters, last, saidAt, status] = [[], Promise.resolve(), 0];

  svg.addEventListener("click", (event) => {
    const at = view.pointAt(event);
    const seat = seats.byNode.get(event.target) || least(seats.list, (other) => far(other, at));
    if (!seat || far(seat, at) > view.pitch * HIT) return;
    if (!view.isTooSmall(event.pointerType === "touch")) return press(seat);
    view.nearer(seat);
    show(seat, words.closer);
  });
  svg.addEventListener("htmx:finally:request", ({ detail }) => (status = detail.ctx.response?.status));
  document.addEventListener("htmx:after:swap", () => {
    seats.readOwn();
    rest();
  });
  if (seats.list.length && view.isTooSmall()) view.nearer(seats.first());

  function press(seat) {
    if (seats.asking.has(seat)) return;
    if (!seats.canPress(seat)) return tellTaken(seat);
    const isRelease = seats.own.has(seat.id);
    seats.asking.add(seat);
    seats.paint(seat);
    show(seat, words.asking);
    last = last.then(() => send(seat, isRelease));
  }

  async function send(seat, isRelease) {
    status = 0;
    const values = { [isRelease ? "release" : "seat"]: seat.id, key: newKey() };
    const where = { source: svg, target: "#basket", swap: "outerHTML", values };
    await htmx.ajax("POST", root.dataset.holdUrl, where);
    seats.asking.delete(seat);
    seats.readOwn();
    seats.paint(seat);
    if (seats.own.has(seat.id) !== isRelease) return show(seat);
    if (!status || status >= 500) return show(seat, words.failed);
    await look();
    if (seats.canPress(seat)) show(seat, words.refused);
    else tellTaken(seat);
  }

  function tellTaken(seat) {
    const alike = (other) => other.node.dataset.g === seat.node.dataset.g;
    const free = seats.list.filter((other) => seats.look(other) === "free" && alike(other));
    const near = least(free, (other) => far(other, seat));
    show(seat, `${words.taken} ${near ? fill(words.near, { seat: near.place }) : ""}`);
  }

  function changed(state) {
    let [gone, isStale] = [[], false];
    letters = state.seats ? [...state.seats] : letters;
    for (const [index, letter] of state.changes || letters.entries()) {
      letters[index] = letter;
      const seat = seats.byIndex.get(index);
      const isOwn = seats.own.has(seat?.id);
      isStale ||= isOwn && letter !== "h";
      if (!seat || seat.letter === letter) continue;
      seat.letter = letter;
      seats.paint(seat);
      if (!isOwn && !seats.canPress(seat)) gone.push(seat);
    }
    if (isStale) lookAtBasket();
    recount(letters, state.areas);
    tellNear(gone);
    rest();
  }

  function tellNear(gone) {
    const own = [...seats.own].map((id) => seats.byId.get(id)).filter(Boolean);
    const near = gone.filter((seat) => own.some((mine) => far(mine, seat) < NEAR * view.pitch));
    if (!near.length || Date.now() - saidAt < QUIET_MS) return;
    const note = root.querySelector("[data-map-near]");
    const names = { seats: near.map((seat) => seat.place).join(", ") };
    note.lastElementChild.textContent = fill(near[1] ? words.otherMany : words.otherOne, names);
    [note.hidden, saidAt] = [false, Date.now()];
    say(note.textContent);
  }
}

// One poll for the whole page.
function followState({ list, words }, changed) {
  const lost = root.querySelector("[data-map-lost]");
  let [asOf, failures, timer, asking] = [new Date(), 0];
  let version = list.length ? root.dataset.version : "";

  function look() {
    clearTimeout(timer);
    asking ??= ask().finally(() => (asking = null));
    return asking;
  }

  async function ask() {
    let wait = document.hidden ? SLOW_POLL_MS : POLL_MS;
    try {
      const signal = AbortSignal.timeout(GIVE_UP_MS);
      const answer = await fetch(`${root.dataset.stateUrl}?since=${version}`, { signal });
      wait = Math.max(wait, 1000 * answer.headers.get("Retry-After"));
      if (!answer.ok) throw answer;
      const state = await answer.json();
      changed(state);
      ({ version } = state);
      [asOf, failures] = [new Date(), 0];
      if (!lost.hidden) say(words.back);
      lost.hidden = true;
    } catch {
      failures += 1;
      wait = Math.max(wait, Math.min(SLOW_POLL_MS, POLL_MS * failures));
      if (failures > 1 && lost.hidden && !document.hidden) miss();
    }
    timer = setTimeout(look, wait * (0.85 + 0.3 * Math.random()));
  }

  function miss() {
    const time = asOf.toLocaleTimeString([], { timeStyle: "short" });
    lost.lastElementChild.textContent = fill(words.lost, { time });
    lost.hidden = false;
    say(lost.textContent);
  }

  document.addEventListener("visibilitychange", () => document.hidden || look());
  addEventListener("online", look);
  timer = setTimeout(look, POLL_MS * Math.random());
  return look;
}
