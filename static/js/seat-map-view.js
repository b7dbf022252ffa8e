// Zoom and pan: buttons, keys, wheel, drag and pinch all move the same window over the drawing.
const FINGER_PX = 24;
const MOUSE_PX = 16;
const STEP = 1.4;
const LARGEST_PITCH_PX = 72;
const DRAG_PX = 6;
const SCROLL_REST_MS = 300;

export class View {
  constructor(root, svg) {
    this.root = root;
    this.svg = svg;
    const box = svg.viewBox.baseVal;
    this.full = { x: box.x, y: box.y, width: box.width, height: box.height };
    this.pitch = Number(svg.dataset.pitch) || box.width / 20;
    this.here = root.querySelector(".mini-map .here");
    this.pointers = new Map();
    this.scrolledAt = 0;
    svg.style.aspectRatio = `${box.width} / ${box.height}`; // the window keeps its size
    this.whole();
    this.bind();
  }

  // The part of the drawing that is shown: its middle, and pixels for each unit.
  show(x, y, scale) {
    const { full, svg } = this;
    if (!svg.clientWidth) return;
    const least = this.wholeScale();
    const most = Math.max(least, LARGEST_PITCH_PX / this.pitch);
    this.scale = Math.min(most, Math.max(least, scale));
    const width = svg.clientWidth / this.scale;
    const height = svg.clientHeight / this.scale;
    this.x = within(x, full.x, full.width, width);
    this.y = within(y, full.y, full.height, height);
    const [left, top] = [this.x - width / 2, this.y - height / 2];
    svg.setAttribute("viewBox", `${left} ${top} ${width} ${height}`);
    const near = this.scale > least * 1.01;
    this.root.classList.toggle("is-near", near);
    this.root.classList.toggle("is-far", this.pitchPx < this.leastPx());
    svg.classList.toggle("can-pan", near);
    if (this.here) {
      const part = { x: left, y: top, width, height };
      for (const name in part) this.here.setAttribute(name, part[name]);
    }
  }

  wholeScale() {
    const { full, svg } = this;
    return Math.min(svg.clientWidth / full.width, svg.clientHeight / full.height);
  }

  get pitchPx() {
    return this.pitch * this.scale;
  }

  // How large the step from seat to seat must be before a press chooses: larger for a finger.
  leastPx(isFinger = matchMedia("(pointer: coarse)").matches) {
    return isFinger ? FINGER_PX : MOUSE_PX;
  }

  whole() {
    const { full } = this;
    this.show(full.x + full.width / 2, full.y + full.height / 2, this.wholeScale());
  }

  zoom(factor, at) {
    const point = at ? this.pointAt(at) : { x: this.x, y: this.y };
    const before = this.scale;
    this.show(this.x, this.y, this.scale * factor);
    const moved = before / this.scale;
    this.show(point.x + (this.x - point.x) * moved, point.y + (this.y - point.y) * moved, this.scale);
    return this.scale !== before;
  }

  // Bring a point into sight, without moving when it is there already.
  reveal({ x, y }) {
    const margin = this.pitch * 1.5;
    const half = { x: this.svg.clientWidth / this.scale / 2, y: this.svg.clientHeight / this.scale / 2 };
    const hidden = Math.abs(x - this.x) > half.x - margin || Math.abs(y - this.y) > half.y - margin;
    if (hidden) this.show(x, y, this.scale);
  }

  pointAt({ clientX, clientY }) {
    const box = this.svg.getBoundingClientRect();
    const x = this.x + (clientX - box.left - box.width / 2) / this.scale;
    return { x, y: this.y + (clientY - box.top - box.height / 2) / this.scale };
  }

  bind() {
    const { root, svg } = this;
    const tools = root.querySelector("[data-map-tools]");
    tools.hidden = false;
    tools.addEventListener("click", (event) => this.press(event.target.closest("[data-zoom]")?.dataset.zoom));
    addEventListener("scroll", () => (this.scrolledAt = Date.now()), { passive: true });
    svg.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    svg.addEventListener("pointerdown", (event) => this.down(event));
    svg.addEventListener("pointermove", (event) => this.move(event));
    for (const name of ["pointerup", "pointercancel"]) svg.addEventListener(name, (event) => this.up(event));
    svg.addEventListener("click", (event) => this.dragged && event.stopImmediatePropagation(), true);
    new ResizeObserver(() => this.show(this.x, this.y, this.scale)).observe(svg);
  }

  press(name) {
    if (name === "in") this.zoom(STEP);
    else if (name === "out") this.zoom(1 / STEP);
    else if (name) this.whole();
  }

  // A page that is being scrolled goes on scrolling when the map comes under the pointer.
  wheel(event) {
    if (!event.ctrlKey && Date.now() - this.scrolledAt < SCROLL_REST_MS) return;
    if (this.zoom(event.deltaY < 0 ? 1.15 : 1 / 1.15, event)) event.preventDefault();
  }

  down(event) {
    this.pointers.set(event.pointerId, { clientX: event.clientX, clientY: event.clientY });
    if (this.pointers.size === 1) this.dragged = false;
  }

  move(event) {
    const was = this.pointers.get(event.pointerId);
    if (!was) return;
    const now = { clientX: event.clientX, clientY: event.clientY };
    if (this.pointers.size === 2) this.pinch(event.pointerId, was, now);
    else if (this.dragged || away(was, now) > DRAG_PX) {
      if (!this.dragged) this.svg.setPointerCapture(event.pointerId);
      this.dragged = true;
      this.svg.classList.add("is-dragged");
      const [dx, dy] = [now.clientX - was.clientX, now.clientY - was.clientY];
      this.show(this.x - dx / this.scale, this.y - dy / this.scale, this.scale);
    } else return;
    this.pointers.set(event.pointerId, now);
  }

  pinch(id, was, now) {
    const other = [...this.pointers].find(([key]) => key !== id)[1];
    this.dragged = true;
    const middle = { clientX: (now.clientX + other.clientX) / 2, clientY: (now.clientY + other.clientY) / 2 };
    this.zoom(away(now, other) / (away(was, other) || 1), middle);
  }

  up(event) {
    this.pointers.delete(event.pointerId);
    this.svg.classList.remove("is-dragged");
  }
}

function within(middle, start, length, shown) {
  if (shown >= length) return start + length / 2;
  return Math.min(start + length - shown / 2, Math.max(start + shown / 2, middle));
}

function away(one, other) {
  return Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY);
}
