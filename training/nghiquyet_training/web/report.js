// The filters of the lists of mistakes. Without this script the lists stand there whole and the filters stay hidden.
"use strict";

// "dang uy" finds "Đảng ủy"; what is typed with its marks is looked for with its marks.
const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").replace(/đ/g, "d").replace(/Đ/g, "D").toLowerCase();
const exact = (text) => text.normalize("NFC").toLowerCase();

for (const browser of document.querySelectorAll(".browser")) {
  const form = browser.querySelector("form");
  const shown = form.querySelector("output");
  const nothing = browser.querySelector(".none");
  const boxes = [...form.querySelectorAll("input[type=checkbox]")];
  const mistakes = [...browser.querySelectorAll(".mistakes > li")].map((item) => {
    const text = item.textContent;
    return { item, ...item.dataset, plain: plain(text), exact: exact(text) };
  });

  const filter = () => {
    const chosen = (name) => boxes.filter((box) => box.name === name && box.checked).map((box) => box.value);
    const words = exact(form.elements.words.value.trim());
    const spelling = plain(words) === words ? "plain" : "exact";
    const wanted = { kind: chosen("kind"), label: chosen("label") };
    const article = form.elements.article.value;
    // Nothing chosen in a group means all of it; a count says what choosing its box would show beside the other groups.
    const passes = (mistake, group) =>
      Object.entries(wanted).every(([name, values]) => name === group || !values.length || values.includes(mistake[name])) &&
      (!article || mistake.article === article) &&
      mistake[spelling].includes(words);

    let count = 0;
    for (const mistake of mistakes) {
      mistake.item.hidden = !passes(mistake);
      count += !mistake.item.hidden;
    }
    for (const box of boxes) {
      const matching = mistakes.filter((mistake) => mistake[box.name] === box.value && passes(mistake, box.name));
      box.closest("label").querySelector(".count").textContent = matching.length;
    }
    shown.textContent = `${count} of ${mistakes.length} shown`;
    nothing.hidden = count > 0;
  };

  // A link from the summary leads to its mistake, whatever was filtered.
  const show_target = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target?.hidden && browser.contains(target)) {
      form.reset();
      filter();
      target.scrollIntoView();
    }
  };

  form.addEventListener("input", filter);
  form.addEventListener("reset", () => setTimeout(filter));
  form.addEventListener("submit", (event) => event.preventDefault());
  addEventListener("hashchange", show_target);
  form.hidden = false;
  browser.classList.add("filtered");
  // A browser that goes back to a page fills its form again.
  filter();
}
