// The list of seats: a tick is a hold at once, and ticks follow the basket whatever changed it.
let last = Promise.resolve();

export function bindSeatList() {
  const list = document.querySelector("[data-seat-list]");
  if (!list) return;
  list.addEventListener("change", (event) => {
    const tick = event.target;
    if (tick.name !== "seat") return;
    last = last.then(() => choose(list, tick));
  });
  list.addEventListener("submit", (event) => event.preventDefault());
  document.addEventListener("htmx:after:swap", () => follow(list));
  for (const part of list.querySelectorAll("[data-without-script]")) part.hidden = true;
}

async function choose(list, tick) {
  const wish = tick.checked ? "seat" : "release";
  const values = { csrf: list.elements.csrf.value, [wish]: tick.value };
  await htmx.ajax("POST", list.getAttribute("action"), {
    target: "#basket",
    swap: "outerHTML",
    values,
  });
  follow(list);
}

function follow(list) {
  const ids = (document.getElementById("basket")?.dataset.seats || "").split(" ");
  const held = new Set(ids.map(decodeURIComponent));
  for (const tick of list.querySelectorAll("input[name=seat]")) {
    if (tick.checked !== held.has(tick.value)) tick.checked = held.has(tick.value);
  }
}
