"use strict";
// The report in the browser. Records lie in <script class="page">, photos in <script class="pixels"> after them;
// cards are filled when they come near the window and emptied when they leave it, so that thousands stay light.
// All text goes in by textContent and setAttribute: nothing that was read is ever parsed as HTML.
(() => {
  const $ = (id) => document.getElementById(id);
  const STEPS = $("legend").dataset.steps.split(" ").map(Number);
  const tone = (score) => `t${STEPS.findIndex((least) => score >= least)}`;
  const percent = (score) => `${Math.round(score * 100)} %`;
  const folded = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

  function make(tag, attributes, ...children) {
    const svg = ["svg", "image", "polygon", "title"].includes(tag);
    const element = svg ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) element.setAttribute(name, value);
    element.append(...children);
    return element;
  }

  // ---- records ----

  const textOf = (record) => record.blocks
    .map((lines) => lines.map((line) => line.map((i) => record.words[i][0]).join(" ")).join("\n")).join("\n\n");

  const records = [...document.querySelectorAll("script.page")].map((script, order) => {
    const record = JSON.parse(script.textContent);
    const words = record.words.map(([text]) => folded(text));
    return Object.assign(record, {
      order, words_folded: words, pixels: script.nextElementSibling, filled: false, chosen: -1,
      sought: `${words.join(" ")} ${folded(record.path)}`,
      least: Math.min(1, ...record.words.map(([, score]) => score)),
    });
  });

  // ---- cards ----

  const list = $("list");
  let terms = [];
  const watch = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) (isIntersecting ? fill : drain)(records[target.dataset.order]);
  }, { rootMargin: "1200px 0px" });

  for (const record of records) {
    const failed = record.error ? "failed" : "";
    record.card = make("article", { class: failed, "data-order": record.order });
    // About as tall as it will be, so that the scroll bar tells the truth before a card was ever filled.
    const wide = Math.min(480, list.clientWidth);
    const tall = record.width ? Math.min(wide * record.height / record.width, innerHeight * 0.72) : 60;
    record.card.style.containIntrinsicSize = `auto ${Math.round(tall + 44)}px`;
    record.card.style.minHeight = `${Math.round(tall + 44)}px`;
    watch.observe(record.card);
  }

  function fill(record) {
    if (record.filled) return;
    record.filled = true;
    record.card.style.minHeight = "";
    record.card.append(nameBar(record), record.error ? reason(record) : both(record));
    mark(record);
    choose(record, record.chosen, false);
  }

  function drain(record) {
    if (!record.filled) return;
    record.card.style.minHeight = `${record.card.offsetHeight}px`;
    record.filled = false;
    record.card.replaceChildren();
  }

  function nameBar(record) {
    const cut = record.path.lastIndexOf("/") + 1;
    const page = record.page ? `, page ${record.page}` : "";
    const inside = [make("span", { class: "folder" }, record.path.slice(0, cut)), record.path.slice(cut) + page];
    const name = record.link ? make("a", { href: record.link, title: "Open the photo" }, ...inside) : make("span", {}, ...inside);
    const bar = make("div", { class: "name" }, make("h2", {}, name));
    if (record.error) return bar.append(make("span", { class: "badge" }, "failed")), bar;
    const count = record.words.length;
    const sure = count ? `, ${percent(record.confidence)} sure` : "";
    bar.append(make("span", { class: "fact" }, `${count} ${count === 1 ? "word" : "words"}${sure}`));
    if (record.review) bar.append(make("span", { class: "badge" }, "to review"));
    const copy = make("button", { type: "button" }, "Copy text");
    copy.addEventListener("click", () => toClipboard(textOf(record), copy));
    if (count) bar.append(copy);
    return bar;
  }

  function reason(record) {
    return make("p", { class: "why" }, make("b", {}, record.error[0]), ` ${record.error[1]}`);
  }

  function both(record) {
    const { width, height } = record;
    const photo = make("svg", { class: "photo", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": "Photo with its words outlined" });
    const data = record.pixels.textContent;
    if (data) photo.append(make("image", { href: `data:image/jpeg;base64,${data}`, width, height, preserveAspectRatio: "none" }));
    record.outlines = record.words.map(([text, score, corners], i) => {
      const outline = make("polygon", { points: corners.join(" "), class: tone(score) }, make("title", {}, `${text}  ${percent(score)}`));
      outline.addEventListener("click", () => choose(record, record.chosen === i ? -1 : i, true));
      return outline;
    });
    photo.append(...record.outlines);
    record.buttons = record.words.map(([text, score], i) => {
      const word = make("button", { type: "button", class: `word ${tone(score)}`, title: percent(score), "aria-pressed": "false" }, text || "▯");
      word.addEventListener("click", () => choose(record, record.chosen === i ? -1 : i, false));
      return word;
    });
    const blocks = record.blocks.map((lines) => make("p", {}, ...lines.flatMap((line, row) => [
      ...(row ? [make("br")] : []), ...line.flatMap((i, column) => [...(column ? [" "] : []), record.buttons[i]]),
    ])));
    if (!blocks.length) blocks.push(make("p", { class: "none" }, "No text was found."));
    record.shown = photo;
    return make("div", { class: "both" }, photo, make("div", { class: "text" }, ...blocks));
  }

  // One word of a photo may be chosen: its box and its text light up together.
  function choose(record, index, reveal) {
    record.chosen = index;
    if (!record.filled || record.error) return;
    record.shown.classList.toggle("chosen", index >= 0);
    record.words.forEach((_, i) => {
      record.outlines[i].classList.toggle("on", i === index);
      record.buttons[i].classList.toggle("on", i === index);
      record.buttons[i].setAttribute("aria-pressed", String(i === index));
    });
    if (reveal && index >= 0) record.buttons[index].scrollIntoView({ block: "nearest" });
  }

  function mark(record) {
    if (!record.filled || record.error) return;
    record.words_folded.forEach((word, i) => {
      const hit = terms.some((term) => word.includes(term));
      record.outlines[i].classList.toggle("hit", hit);
      record.buttons[i].classList.toggle("hit", hit);
    });
  }

  // ---- what is shown, and in which order ----

  const SHOW = {
    all: () => true,
    failed: (r) => r.error,
    review: (r) => r.review && !r.error,
    empty: (r) => !r.error && !r.words.some(([text]) => text),
    fine: (r) => !r.review && !r.error,
  };
  const failures = (r) => (r.error ? 0 : 1);
  const names = new Intl.Collator(undefined, { numeric: true });
  // A photo without words is neither sure nor unsure: it comes last.
  const scored = (r) => (r.words.length ? r.confidence : undefined);
  const by = (sign) => (a, b) => (scored(a) === undefined) - (scored(b) === undefined) || sign * (scored(a) - scored(b)) || a.order - b.order;
  const SORT = {
    failed: (a, b) => failures(a) - failures(b) || a.order - b.order,
    doubt: by(1),
    sure: by(-1),
    name: (a, b) => names.compare(a.path, b.path) || a.page - b.page,
    words: (a, b) => b.words.length - a.words.length || a.order - b.order,
    read: (a, b) => a.order - b.order,
  };
  let shown = [];

  function refresh() {
    terms = folded($("search").value).split(/\s+/).filter(Boolean);
    const below = Number($("below").value) / 100;
    $("limit").value = below < 1 ? percent(below) : "any";
    const wanted = (r) => SHOW[$("show").value](r) && (below >= 1 || (r.words.length && r.least < below)) && terms.every((term) => r.sought.includes(term));
    shown = records.filter(wanted).sort(SORT[$("sort").value]);
    list.replaceChildren(...shown.map((r) => r.card));
    records.forEach(mark);
    $("nothing").hidden = shown.length > 0;
    const count = (n, noun) => `${n.toLocaleString("en")} ${noun}${n === 1 ? "" : "s"}`;
    const failed = shown.filter((r) => r.error).length;
    const words = shown.reduce((sum, r) => sum + r.words.length, 0);
    const of = shown.length < records.length ? `${shown.length.toLocaleString("en")} of ` : "";
    $("count").textContent = `${of}${count(records.length, "photo")}, ${count(words, "word")}${failed ? `, ${failed.toLocaleString("en")} failed` : ""}`;
  }

  function toClipboard(text, button) {
    const said = button.textContent;
    const say = (word) => { button.textContent = word; setTimeout(() => { button.textContent = said; }, 1200); };
    const area = make("textarea", { "aria-hidden": "true" });
    const fallback = () => {  // pages opened from disk may lack the clipboard interface
      area.value = text;
      document.body.append(area);
      area.select();
      const done = document.execCommand("copy");
      area.remove();
      say(done ? "Copied" : "Not allowed");
    };
    if (!navigator.clipboard) return fallback();
    navigator.clipboard.writeText(text).then(() => say("Copied"), fallback);
  }

  // ---- controls ----

  const THEMES = ["auto", "light", "dark"];
  const remembered = () => { try { return localStorage.getItem("ocrpipe-theme"); } catch { return null; } };
  function theme(name) {
    document.documentElement.dataset.theme = name;
    $("theme").textContent = `Theme: ${name}`;
    try { localStorage.setItem("ocrpipe-theme", name); } catch { /* storage may be off for files */ }
  }
  theme(THEMES.includes(remembered()) ? remembered() : "auto");
  $("theme").addEventListener("click", () => theme(THEMES[(THEMES.indexOf(document.documentElement.dataset.theme) + 1) % 3]));

  let later = 0;
  $("search").addEventListener("input", () => { clearTimeout(later); later = setTimeout(refresh, 120); });
  for (const id of ["show", "sort", "below"]) $(id).addEventListener("input", refresh);
  $("tools").addEventListener("submit", (event) => { event.preventDefault(); refresh(); });
  $("reset").addEventListener("click", () => { $("search").value = ""; $("show").value = "all"; $("below").value = 100; refresh(); });
  $("copy").addEventListener("click", () => toClipboard(shown.filter((r) => !r.error).map((r) => `==> ${r.path} <==\n${textOf(r)}`).join("\n\n"), $("copy")));
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !/^(INPUT|SELECT)$/.test(event.target.tagName)) { event.preventDefault(); $("search").focus(); }
    if (event.key === "Escape" && event.target === $("search")) { $("search").value = ""; refresh(); }
  });

  const bounds = STEPS.map((least, i) => `${percent(least)}${i ? ` to ${percent(STEPS[i - 1])}` : " and more"}`);
  $("legend").append(...bounds.map((text, i) => make("li", { class: `t${i}` }, text)));
  refresh();
})();
