"use strict";
// One function a concern, listening on the document, because Gradio draws the results anew. Texts are never turned into markup here.
(() => {
  const store = {
    get: (name) => { try { return localStorage.getItem(name); } catch { return null; } },
    set: (name, value) => { try { localStorage.setItem(name, value); } catch { /* private windows may forbid it */ } },
  };
  const root = document.documentElement;

  // Language: our own words are there twice and style.css shows one. Gradio, which knows no Vietnamese, draws what it was given in both
  // languages (wording.py) in English; whenever it draws, that is put into the chosen language here.
  const NAMES = ["placeholder", "aria-label", "title"];
  const NOT_DRAWN = ".html-container, script, style";
  const { vi = {}, en = {} } = window.gradio_config?.i18n_translations ?? {};
  let told = (words) => words;
  const pattern = (words) => new RegExp(`^${words.replace(/[.*+?^$()|[\]\\]/g, "\\$&").replace(/\{(\w+)\}/g, "(?<$1>.+?)")}$`);
  const teller = (from, to) => {
    const keys = Object.keys(from);
    const words = new Map(keys.map((key) => [from[key], to[key]]));
    const patterns = keys.filter((key) => from[key].includes("{")).map((key) => [pattern(from[key]), to[key].replace(/\{(\w+)\}/g, "$<$1>")]);
    return (text) => {
      const said = text.replace(/^[\s-]+|[\s-]+$/g, "");
      const [form, filled] = patterns.find(([form]) => form.test(said)) ?? [];
      const other = words.get(said) ?? (form && said.replace(form, filled));
      return other === undefined || !said ? text : text.replace(said, () => other);
    };
  };
  const tell = (node) => {
    if (node.nodeType === Node.TEXT_NODE) {
      const words = node.parentElement?.closest(`${NOT_DRAWN}, textarea`) ? node.data : told(node.data);
      if (words !== node.data) node.data = words;
    } else if (node instanceof Element && !node.closest(NOT_DRAWN)) {
      for (const name of NAMES) {
        const words = node.getAttribute(name);
        if (words && told(words) !== words) node.setAttribute(name, told(words));
      }
      for (const child of node.childNodes) tell(child);
    }
  };
  const speak = (language) => {
    root.lang = language;
    told = language === "en" ? teller(vi, en) : teller(en, vi);
    tell(document.body);
  };
  const otherLanguage = () => {
    const language = root.lang === "en" ? "vi" : "en";
    store.set("nghiquyet.language", language);
    speak(language);
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

  const dark = store.get("nghiquyet.dark");
  if (dark !== null) dress(dark === "true");
  speak(store.get("nghiquyet.language") === "en" ? "en" : "vi");
  new MutationObserver((changes) => {
    for (const { type, target, addedNodes } of changes) for (const node of type === "childList" ? addedNodes : [target]) tell(node);
  }).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: NAMES });
})();
