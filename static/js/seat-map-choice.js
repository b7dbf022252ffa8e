// Choosing: the seat says at once that it asks, the server's answer settles or reverts it.
import { newKey } from "./keys.js";
import { fill, placeWords } from "./seat-map-seats.js";

export function bindChoice(seats, card, look) {
  const { root, svg, words } = seats;
  let last = Promise.resolve();
  let status = 0;

  svg.addEventListener("htmx:finally:request", (event) => {
    status = event.detail.ctx.response?.status || 0;
  });
  document.addEventListener("htmx:after:swap", () => seats.readOwn());

  async function send(seat, isRelease) {
    status = 0;
    const values = { [isRelease ? "release" : "seat"]: seat.id, key: newKey() };
    const answer = { source: svg, target: "#basket", swap: "outerHTML", values };
    await htmx.ajax("POST", root.dataset.holdUrl, answer);
    seats.readOwn();
    seats.ask(seat, false);
    if (seats.own.has(seat.id) !== isRelease) {
      card.show(seat);
      return;
    }
    await refused(seat);
  }

  async function refused(seat) {
    if (status === 0 || status >= 500) {
      card.show(seat, words.failed);
      return;
    }
    await look();
    if (seats.canPress(seat)) card.show(seat, words.refused);
    else sayTaken(seat);
  }

  function sayTaken(seat) {
    const near = seats.nearestTo(seat);
    const offer = near ? ` ${fill(words.near, { seat: placeWords(near) })}` : "";
    card.show(seat, words.taken + offer);
  }

  return function press(seat) {
    if (seats.asking.has(seat.id)) return;
    if (!seats.canPress(seat)) {
      sayTaken(seat);
      return;
    }
    const isRelease = seats.own.has(seat.id);
    seats.ask(seat, true);
    card.show(seat, words.asking);
    last = last.then(() => send(seat, isRelease)).catch(() => {
      seats.ask(seat, false);
      card.show(seat, words.failed);
    });
  };
}
