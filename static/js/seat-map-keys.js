// The keyboard: one tab stop for the whole map, arrows from seat to seat, plus, minus, 0 and L.
const BESIDE = 2; // how much dearer it is to step sideways than ahead

export function bindKeys(seats, view, press) {
  const { root, svg } = seats;
  const ahead = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  let stop = null;

  // The tab stop: where the focus was, else our own seat, else the free seat nearest the best place.
  function rest() {
    if (stop && seats.canPress(stop)) return;
    const [x, y] = (svg.dataset.focus || "0 0").split(" ").map(Number);
    const near = (seat) => Math.hypot(seat.x - x, seat.y - y) - (seats.own.has(seat.id) ? 1e6 : 0);
    const usable = seats.list.filter((seat) => seats.canPress(seat));
    const best = usable.reduce((a, b) => (!a || near(b) < near(a) ? b : a), null);
    if (best) stopAt(best);
  }

  function stopAt(seat) {
    if (stop !== seat) stop?.node.hasAttribute("tabindex") && stop.node.setAttribute("tabindex", "-1");
    stop = seat;
    seat.node.setAttribute("tabindex", "0");
  }

  function go(seat) {
    if (!seat) return;
    view.reveal(seat);
    stopAt(seat);
    seat.node.focus({ preventScroll: false });
  }

  function row(seat) {
    const own = seats.list.filter((other) => other.row === seat.row && seats.canPress(other));
    return own.sort((a, b) => a.x - b.x || a.y - b.y);
  }

  function step(from, [dx, dy]) {
    const inRow = dx ? row(from).filter((seat) => (seat.x - from.x) * dx > 0) : [];
    if (inRow.length) return dx > 0 ? inRow[0] : inRow.at(-1);
    const cost = (seat) => {
      const [along, aside] = dx
        ? [(seat.x - from.x) * dx, seat.y - from.y]
        : [(seat.y - from.y) * dy, seat.x - from.x];
      return along > view.pitch * 0.4 ? along + Math.abs(aside) * BESIDE : Infinity;
    };
    const best = seats.list
      .filter((seat) => seat !== from && seats.canPress(seat))
      .reduce((a, b) => (!a || cost(b) < cost(a) ? b : a), null);
    return best && cost(best) < Infinity ? best : null;
  }

  function section(from, by) {
    const all = [...new Set(seats.list.map((seat) => seat.row.dataset.section))];
    const at = all.indexOf(from.row.dataset.section) + by;
    return seats.list.find((seat) => seat.row.dataset.section === all[at] && seats.canPress(seat));
  }

  function pressed(event) {
    const seat = seats.byNode.get(event.target);
    if (event.altKey || event.ctrlKey || event.metaKey) return false;
    if (event.key === "+" || event.key === "=") view.press("in");
    else if (event.key === "-") view.press("out");
    else if (event.key === "0") view.press("whole");
    else if (event.key === "l" || event.key === "L") location.assign(root.dataset.listUrl);
    else if (!seat) return false;
    else if (ahead[event.key]) go(step(seat, ahead[event.key]));
    else if (event.key === "Home") go(row(seat)[0]);
    else if (event.key === "End") go(row(seat).at(-1));
    else if (event.key === "PageUp") go(section(seat, -1));
    else if (event.key === "PageDown") go(section(seat, 1));
    else if (event.key === " " || event.key === "Enter") press(seat);
    else return false;
    return true;
  }

  svg.addEventListener("keydown", (event) => pressed(event) && event.preventDefault());
  svg.addEventListener("focusin", (event) => {
    const seat = seats.byNode.get(event.target);
    if (!seat) return;
    stopAt(seat);
    view.reveal(seat);
  });
  rest();
  return rest;
}
