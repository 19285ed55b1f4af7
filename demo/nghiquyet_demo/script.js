"use strict";
// One function a concern, listening on the document, because Gradio draws the results anew. Texts are never turned into markup here.
(() => {
  const store = {
    get: (name) => { try { return localStorage.getItem(name); } catch { return null; } },
    set: (name, value) => { try { localStorage.setItem(name, value); } catch { /* private windows may forbid it */ } },
  };
  const root = document.documentElement;

  // Language: our own words are there twice and style.css shows one. Gradio's go by its locale, whose module is loaded already; what it
  // has drawn once it leaves as it is, so that is put into the other language here.
  const gradioLocale = async (language) => {
    const loaded = performance.getEntriesByType("resource").map((entry) => entry.name);
    const core = loaded.find((name) => /\/assets\/core-[^/]+\.js$/.test(name));
    if (core) (await import(core)).changeLocale?.(language);
  };
  const redraw = (from, to) => {
    const { [from]: before, [to]: after } = window.gradio_config?.i18n_translations ?? {};
    if (!before || !after) return;
    const other = new Map(Object.keys(before).map((key) => [before[key], after[key]]));
    const drawn = document.createTreeWalker(document.querySelector("gradio-app") ?? document.body, NodeFilter.SHOW_TEXT, (node) =>
      node.parentElement.closest(".nq, textarea, script, style") ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT);
    while (drawn.nextNode()) {
      const words = drawn.currentNode.data.replace(/^[\s-]+|[\s-]+$/g, "");
      if (other.has(words)) drawn.currentNode.data = drawn.currentNode.data.replace(words, () => other.get(words));
    }
  };
  const speak = async (language) => {
    root.lang = language;
    await gradioLocale(language);
  };
  const otherLanguage = async () => {
    const before = root.lang;
    const language = before === "en" ? "vi" : "en";
    store.set("nghiquyet.language", language);
    await speak(language);
    requestAnimationFrame(() => redraw(before, language));
  };

  // Dark: what the system wants until someone chooses; Gradio reads the class of the body.
  const dress = (dark) => document.body.classList.toggle("dark", dark);
  const otherDress = () => {
    const dark = !document.body.classList.contains("dark");
    store.set("nghiquyet.dark", String(dark));
    dress(dark);
  };

  // Score and kind: rows, dots and marks below the chosen score, or of a hidden kind, step back.
  const filter = (article) => {
    const slider = article.querySelector(".nq-least");
    const least = slider ? Number(slider.value) / 100 : 0;
    const hidden = new Set([...article.querySelectorAll('.nq-toggle[aria-pressed="false"]')].map((button) => button.dataset.label));
    if (slider) {
      article.querySelector(".nq-least-value").textContent = `${slider.value}%`;
      slider.setAttribute("aria-valuetext", `${slider.value}%`);
    }
    for (const item of article.querySelectorAll("tr[data-score], li[data-score]")) item.hidden = Number(item.dataset.score) < least;
    const counts = {};
    for (const mark of article.querySelectorAll(".nq-mark")) {
      const strong = Number(mark.dataset.score) >= least;
      mark.classList.toggle("nq-off", !strong || hidden.has(mark.dataset.label));
      if (strong) (counts[mark.dataset.label] ??= new Set()).add(mark.dataset.start);
    }
    for (const count of article.querySelectorAll(".nq-count")) count.textContent = counts[count.dataset.of]?.size ?? 0;
    for (const total of article.querySelectorAll(".nq-total")) {
      const section = total.closest("section");
      total.textContent = [...section.querySelectorAll("tbody tr")].filter((row) => !row.hidden).length;
    }
  };

  // Sorting: up, down, and back to the order of the text.
  const ORDERS = { none: "ascending", ascending: "descending", descending: "none" };
  const sort = (button) => {
    const heading = button.closest("th");
    const table = heading.closest("table");
    const order = ORDERS[heading.ariaSort ?? "none"];
    for (const other of heading.parentElement.children) other.ariaSort = "none";
    heading.ariaSort = order;
    const column = heading.cellIndex;
    const body = table.tBodies[0];
    const key = (row) => row.cells[column].dataset.sort;
    const compare = (one, two) => {
      const [a, b] = [key(one), key(two)];
      if (!a || !b) return a ? -1 : b ? 1 : 0;
      const difference = Number(a) - Number(b);
      const by = Number.isNaN(difference) ? a.localeCompare(b, "vi") : difference;
      return order === "descending" ? -by : by;
    };
    const rows = [...body.rows].sort((one, two) => Number(one.dataset.order) - Number(two.dataset.order));
    if (order !== "none") rows.sort(compare);
    body.append(...rows);
  };

  // From a row or a dot to its place in the text, each time to the next one, and back.
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const scrolled = (element) => element.scrollIntoView({ block: "center", behavior: calm.matches ? "auto" : "smooth" });
  let turns = new WeakMap();
  let origin = null;
  const show = (button) => {
    const article = button.closest(".nq-article");
    const places = button.dataset.places.split(" ");
    const turn = turns.get(button) ?? 0;
    turns.set(button, (turn + 1) % places.length);
    const start = places[turn].split("-")[0];
    const marks = article.querySelectorAll(`.nq-text .nq-mark[data-start="${start}"]`);
    if (!marks.length) return;
    origin = button;
    for (const old of article.querySelectorAll(".nq-flash")) old.classList.remove("nq-flash");
    for (const mark of marks) mark.classList.add("nq-flash");
    marks[0].focus({ preventScroll: true });
    scrolled(marks[0]);
    const back = article.querySelector(".nq-back");
    if (back) back.hidden = false;
  };
  const back = () => {
    if (!origin) return;
    origin.closest(".nq-article")?.querySelector(".nq-back")?.setAttribute("hidden", "");
    origin.focus({ preventScroll: true });
    scrolled(origin);
    origin = null;
  };

  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    if (!target) return;
    if (target.closest("#nq-language")) return otherLanguage();
    if (target.closest("#nq-dark")) return otherDress();
    if (target.closest(".nq-back")) return back();
    const sorter = target.closest(".nq-sort");
    if (sorter) return sort(sorter);
    const toggle = target.closest(".nq-toggle");
    if (toggle) {
      toggle.ariaPressed = String(toggle.ariaPressed !== "true");
      return filter(toggle.closest(".nq-article"));
    }
    const place = target.closest("[data-places]") ?? target.closest("tr")?.querySelector("[data-places]");
    if (place?.closest(".nq-article") && !String(getSelection())) show(place);
  });
  document.addEventListener("input", (event) => {
    if (event.target.matches?.(".nq-least")) filter(event.target.closest(".nq-article"));
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") back();
  });

  // New results: Gradio changes the old ones in place, so what was chosen there is undone; and they come into view, so that on a phone
  // nobody waits for what is below.
  document.addEventListener("nghiquyet:drawn", (event) => {
    const article = event.target.querySelector(".nq-article");
    origin = null;
    turns = new WeakMap();
    if (!article) return;
    const slider = article.querySelector(".nq-least");
    if (slider) slider.value = 0;
    filter(article);
    for (const scrolled of article.querySelectorAll(".nq-scroll, .nq-text")) scrolled.scrollTop = 0;
    if (article.getBoundingClientRect().top > innerHeight * 0.6) {
      document.querySelector("#nq-status")?.scrollIntoView({ block: "start", behavior: calm.matches ? "auto" : "smooth" });
    }
  });

  // Tabs may have been drawn in the browser's language before Gradio knew ours.
  const first = new MutationObserver(() => {
    if (!document.querySelector("#nq-extract")) return;
    first.disconnect();
    requestAnimationFrame(() => redraw(root.lang === "en" ? "vi" : "en", root.lang));
  });
  first.observe(document.body, { childList: true, subtree: true });

  const dark = store.get("nghiquyet.dark");
  if (dark !== null) dress(dark === "true");
  speak(store.get("nghiquyet.language") === "en" ? "en" : "vi");
})();
