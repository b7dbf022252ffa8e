// Other buyers are news only beside our own seats, and at most every ten seconds.
import { fill, placeWords } from "./seat-map-seats.js";

const NEAR = 2.2; // in steps from seat to seat
const QUIET_MS = 10_000;

export function bindOthers(seats, pitch) {
  const note = seats.root.querySelector("[data-map-near]");
  let saidAt = 0;

  return function taken(gone) {
    const own = [...seats.own].map((id) => seats.byId.get(id)).filter(Boolean);
    const near = gone.filter((seat) =>
      own.some((mine) => Math.hypot(mine.x - seat.x, mine.y - seat.y) < NEAR * pitch),
    );
    if (!near.length || Date.now() - saidAt < QUIET_MS) return;
    saidAt = Date.now();
    const words = near.length === 1 ? seats.words.otherOne : seats.words.otherMany;
    note.querySelector("span").textContent = fill(words, {
      seats: near.map(placeWords).join(", "),
    });
    note.hidden = false;
  };
}
