// Zoom and pan: buttons, keys, wheel, drag and pinch all move the same window over the drawing.
const STEP = 1.4;
const WHEEL_PX = 600;
const FINGER_PX = 24; // from seat to seat, before a press chooses
const MOUSE_PX = 16;
const LARGEST_PX = 72;
const DRAG_PX = 6;
const SCROLL_REST_MS = 300;

export class View {
  pointers = new Map();
  scrolledAt = 0;

  constructor(root, svg) {
    const { x, y, width, height } = svg.viewBox.baseVal;
    this.root = root;
    this.svg = svg;
    this.full = { x: x + width / 2, y: y + height / 2, width, height };
    this.pitch = Number(svg.dataset.pitch) || width / 20;
    this.here = root.querySelector(".here");
    svg.style.aspectRatio = `${width} / ${height}`; // the window keeps its size whatever it shows
    this.press();
    this.bind(root.querySelector("[data-map-tools]"));
  }

  show(x, y, scale) {
    const { full, svg, here } = this;
    const [w, h] = [svg.clientWidth, svg.clientHeight];
    if (!w) return;
    const whole = Math.min(w / full.width, h / full.height);
    this.scale = Math.max(whole, Math.min(scale, Math.max(whole, LARGEST_PX / this.pitch)));
    const [width, height] = [w / this.scale, h / this.scale];
    this.x = within(x, full.x, full.width - width);
    this.y = within(y, full.y, full.height - height);
    const box = { x: this.x - width / 2, y: this.y - height / 2, width, height };
    svg.setAttribute("viewBox", Object.values(box).join(" "));
    for (const name in box) here?.setAttribute(name, box[name]);
    this.root.classList.toggle("is-near", this.scale > whole * 1.01);
  }

  isTooSmall(isFinger = matchMedia("(pointer: coarse)").matches) {
    return this.pitch * this.scale < (isFinger ? FINGER_PX : MOUSE_PX);
  }

  nearer({ x, y }) {
    this.show(x, y, (FINGER_PX * 1.3) / this.pitch);
  }

  reveal({ x, y }) {
    const { width, height } = this.svg.viewBox.baseVal;
    const isSeen = (apart, length) => Math.abs(apart) < length / 2 - this.pitch;
    if (isSeen(x - this.x, width) && isSeen(y - this.y, height)) return;
    this.show(x, y, this.scale);
  }

  pointAt({ clientX, clientY }) {
    const box = this.svg.getBoundingClientRect();
    return {
      x: this.x + (clientX - box.x - box.width / 2) / this.scale,
      y: this.y + (clientY - box.y - box.height / 2) / this.scale,
    };
  }

  zoom(factor, at) {
    const before = this.scale;
    const { x, y } = at ? this.pointAt(at) : this;
    this.show(this.x, this.y, before * factor);
    const rest = before / this.scale;
    this.show(x + (this.x - x) * rest, y + (this.y - y) * rest, this.scale);
    return rest !== 1;
  }

  press(name) {
    const factor = { in: STEP, out: 1 / STEP }[name];
    if (factor) this.zoom(factor);
    else this.show(this.full.x, this.full.y, 0);
  }

  bind(tools) {
    const { svg } = this;
    const on = (name, act, options) => svg.addEventListener(name, act.bind(this), options);
    tools.hidden = false;
    tools.addEventListener("click", ({ target }) => this.press(target.closest("button")?.dataset.zoom));
    addEventListener("scroll", () => (this.scrolledAt = Date.now()), { passive: true });
    on("wheel", this.wheel, { passive: false });
    on("pointerdown", this.down);
    on("pointermove", this.move);
    on("pointerup", this.up);
    on("pointercancel", this.up);
    on("click", (event) => this.dragged && event.stopImmediatePropagation(), true);
    new ResizeObserver(() => this.show(this.x, this.y, this.scale)).observe(svg);
  }

  // A page on the move keeps moving.
  wheel(event) {
    if (!event.ctrlKey && Date.now() - this.scrolledAt < SCROLL_REST_MS) return;
    if (this.zoom(Math.exp(-event.deltaY / WHEEL_PX), event)) event.preventDefault();
  }

  down(event) {
    if (!this.pointers.size) this.dragged = false;
    this.pointers.set(event.pointerId, event);
  }

  move(event) {
    const was = this.pointers.get(event.pointerId);
    if (!was) return;
    const other = [...this.pointers.values()].find((pointer) => pointer !== was);
    if (!other && !this.dragged && away(was, event) < DRAG_PX) return;
    if (!this.dragged) this.svg.setPointerCapture(event.pointerId);
    this.dragged = true;
    this.pointers.set(event.pointerId, event);
    const [dx, dy] = [event.clientX - was.clientX, event.clientY - was.clientY];
    if (other) this.zoom(away(event, other) / (away(was, other) || 1), event);
    else this.show(this.x - dx / this.scale, this.y - dy / this.scale, this.scale);
  }

  up(event) {
    this.pointers.delete(event.pointerId);
  }
}

function within(wanted, middle, room) {
  return room < 0 ? middle : Math.max(middle - room / 2, Math.min(wanted, middle + room / 2));
}

function away(one, other) {
  return Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY);
}
