// Given to the editor of corrections_tab.py as js_on_load: `element` is the editor, `trigger` sends a change, `watch` tells of new marks.
// Offsets that are sent count code points of the article, as everywhere in nghiquyet; JavaScript's own count UTF-16 units.
const points = (text) => [...text].length;
const panel = () => element.querySelector(".nq-panel");
const marks = () => [...element.querySelectorAll(".nq-text .nq-mark")];
let span = null;   // what the panel is about: {start, end}, and {label} if it is a mark
let moved = null;  // the border that stays when the other is moved: {side, at}

const inside = (range, paragraph) => {
  const part = document.createRange();
  part.selectNodeContents(paragraph);
  if (range.compareBoundaryPoints(Range.START_TO_START, part) > 0) part.setStart(range.startContainer, range.startOffset);
  if (range.compareBoundaryPoints(Range.END_TO_END, part) < 0) part.setEnd(range.endContainer, range.endOffset);
  return part;
};
const place = (part, paragraph) => {
  const before = document.createRange();
  before.selectNodeContents(paragraph);
  before.setEnd(part.startContainer, part.startOffset);
  const start = Number(paragraph.dataset.start) + points(before.toString());
  return { start, end: start + points(part.toString()) };
};
const selected = () => {
  const selection = getSelection();
  if (!selection.rangeCount || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0);
  const places = [...element.querySelectorAll(".nq-text p[data-start]")]
    .filter((paragraph) => range.intersectsNode(paragraph))
    .map((paragraph) => [inside(range, paragraph), paragraph])
    .filter(([part]) => part.toString().trim())
    .map(([part, paragraph]) => place(part, paragraph));
  return places.length ? { start: places[0].start, end: places.at(-1).end, text: selection.toString() } : null;
};

const open = (what, text, focus) => {
  span = what;
  const box = panel();
  box.querySelector(".nq-quoted").textContent = text.length > 120 ? `${text.slice(0, 118)}…` : text;
  box.dataset.mode = what.label ? "change" : "add";
  for (const button of box.querySelectorAll("[data-as]")) button.ariaPressed = String(button.dataset.as === what.label);
  for (const mark of marks()) mark.classList.toggle("nq-chosen", Boolean(what.label) && Number(mark.dataset.start) === what.start);
  box.hidden = false;
  const chosen = element.querySelector(".nq-chosen");
  if (chosen && chosen.getBoundingClientRect().bottom > box.getBoundingClientRect().top) chosen.scrollIntoView({ block: "center" });
  if (focus) box.querySelector("[data-as]").focus();
};
const openMark = (mark, focus) => {
  const { start, end, label } = mark.dataset;
  open({ start: Number(start), end: Number(end), label }, mark.textContent, focus);
};
const close = (focus) => {
  const mark = focus && span?.label && marks().find((mark) => Number(mark.dataset.start) === span.start);
  for (const mark of marks()) mark.classList.remove("nq-chosen");
  panel().hidden = true;
  span = null;
  if (mark) mark.focus();
};
const send = (request) => trigger("correct", request);

const press = (button) => {
  if (!span) return;
  const { start, end } = span;
  const { as, side, words } = button.dataset;
  if (as) {
    send({ do: "mark", start, end, label: as });
    getSelection().removeAllRanges();
    close(true);
  } else if (side) {
    moved = side === "start" ? { side: "end", at: end } : { side: "start", at: start };
    send({ do: "move", start, side, words: Number(words) });
  } else if (button.matches(".nq-delete")) {
    send({ do: "unmark", start });
    close(false);
  } else close(true);
};

element.addEventListener("click", (event) => {
  const button = event.target.closest(".nq-panel button");
  if (button) return press(button);
  const mark = event.target.closest(".nq-text .nq-mark");
  if (mark && getSelection().isCollapsed) openMark(mark, false);
});
element.addEventListener("keydown", (event) => {
  const mark = event.target.closest(".nq-text .nq-mark");
  if (event.key === "Escape" && span) close(true);
  else if (mark && (event.key === "Enter" || event.key === " ")) openMark(mark, true);
  else if (mark && event.key === "Delete") send({ do: "unmark", start: Number(mark.dataset.start) });
  else return;
  event.preventDefault();
  event.stopPropagation();
});
// A press on the panel must not take the selection away before it is read.
element.addEventListener("mousedown", (event) => {
  if (event.target.closest(".nq-panel")) event.preventDefault();
});
document.addEventListener("selectionchange", () => {
  if (!element.isConnected) return;
  const what = selected();
  if (what) open({ start: what.start, end: what.end }, what.text.trim(), false);
  else if (span && !span.label) close(false);
});

const drawn = () => {
  for (const mark of marks()) {
    mark.tabIndex = 0;
    mark.setAttribute("role", "button");
    mark.removeAttribute("title");
  }
  const kept = moved && marks().find((mark) => Number(mark.dataset[moved.side]) === moved.at);
  if (kept) openMark(kept, false);
  else span = null;
  moved = null;
};
drawn();
watch("value", drawn);
