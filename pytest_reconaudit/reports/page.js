"use strict";
// Deployment map: the lines of the box that is pointed at stand out.
(() => {
  const svg = document.querySelector(".chart svg");
  if (!svg) return;
  const edges = Array.from(svg.querySelectorAll(".e"));
  const light = (event) => {
    const node = event.target.closest(".n");
    const name = node && node.dataset.n;
    svg.classList.toggle("lit", Boolean(name));
    for (const edge of edges) edge.classList.toggle("on", edge.dataset.a === name || edge.dataset.b === name);
  };
  for (const kind of ["pointerover", "focusin"]) svg.addEventListener(kind, light);
  for (const kind of ["pointerleave", "focusout"]) svg.addEventListener(kind, (event) => light({ target: svg, event }));
})();
(() => {
  const $ = (id) => document.getElementById(id);
  const all = (selector, root = document) => Array.from(root.querySelectorAll(selector));
  const q = $("q");
  if (!q) return;

  const sections = all(".pillar").map((element) => ({
    element,
    pillar: element.dataset.pillar,
    list: element.querySelector(".rows"),
    empty: element.querySelector(".empty"),
  }));
  const rows = [];
  for (const section of sections) {
    for (const element of section.list ? section.list.querySelectorAll(".f") : []) {
      const { s, d, c, p, l } = element.dataset;
      rows.push({ element, section, severity: s, domain: d, check: c, path: p, line: Number(l),
        gate: "g" in element.dataset, order: rows.length, text: null });
    }
  }
  const total = rows.length;
  const state = { severity: new Set(), domain: new Set(), gate: false, check: "", pillar: "", q: "", sort: "" };
  let sorted = "";

  const severityName = {};
  const severityValue = {};
  for (const chip of all("#severities [data-severity]")) {
    const name = chip.firstChild.nodeValue.trim();
    severityName[chip.dataset.severity] = name;
    severityValue[name] = chip.dataset.severity;
  }

  // In a long report the bodies wait inside <noscript>, which a browser that runs scripts keeps as
  // plain text: the page opens at once, and it is complete where scripts are off.
  const waiting = (element) => element.querySelector(":scope > noscript");
  function fill(element) {
    const holder = waiting(element);
    if (holder) holder.outerHTML = holder.textContent;
  }

  // The text of a finding is read from the page when a search first needs it.
  const entities = { lt: "<", gt: ">", amp: "&", "#34": '"', "#39": "'" };
  function textOf(row) {
    if (row.text === null) {
      const holder = waiting(row.element);
      const body = holder
        ? holder.textContent.replace(/<[^>]*>/g, " ").replace(/&(lt|gt|amp|#34|#39);/g, (_, name) => entities[name])
        : "";
      row.text = ((holder ? row.element.querySelector("summary") : row.element).textContent + " " + body).toLowerCase();
    }
    return row.text;
  }

  function apply() {
    const wanted = state.q.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    const left = new Map(sections.map((section) => [section, 0]));
    for (const row of rows) {
      const fits =
        (!state.severity.size || state.severity.has(row.severity)) &&
        (!state.domain.size || state.domain.has(row.domain)) &&
        (!state.gate || row.gate) &&
        (!state.check || state.check === row.check) &&
        (!state.pillar || state.pillar === row.section.pillar) &&
        wanted.every((word) => textOf(row).includes(word));
      if (row.element.hidden === fits) row.element.hidden = !fits;
      if (fits) {
        shown += 1;
        left.set(row.section, left.get(row.section) + 1);
      }
    }
    for (const section of sections) {
      section.element.hidden = Boolean(state.pillar) && state.pillar !== section.pillar;
      if (section.empty) section.empty.hidden = left.get(section) > 0;
      section.element.hidden ||= shown > 0 && shown < total && left.get(section) === 0;
    }
    arrange();
    $("shown").textContent = shown;
    $("reset").disabled = shown === total && !filtered();
    for (const chip of all("#severities [data-severity]")) press(chip, state.severity.has(chip.dataset.severity));
    for (const chip of all("#domains [data-domain]")) press(chip, state.domain.has(chip.dataset.domain));
    if ($("gate")) press($("gate"), state.gate);
    if (q.value !== state.q) q.value = state.q;
    $("check").value = state.check;
    $("pillar").value = state.pillar;
    $("sort").value = state.sort;
  }

  const filtered = () =>
    state.severity.size || state.domain.size || state.gate || state.check || state.pillar || state.q;
  const press = (chip, on) => chip.setAttribute("aria-pressed", String(Boolean(on)));
  const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
  const orders = {
    "": (a, b) => a.order - b.order,
    path: (a, b) => compare(a.path, b.path) || a.line - b.line || a.order - b.order,
    check: (a, b) => compare(a.check, b.check) || a.order - b.order,
  };

  function arrange() {
    if (sorted === state.sort) return;
    sorted = state.sort;
    const ordered = rows.slice().sort(orders[state.sort]);
    const parts = new Map();
    for (const row of ordered) {
      if (!parts.has(row.section)) parts.set(row.section, document.createDocumentFragment());
      parts.get(row.section).append(row.element);
    }
    for (const [section, part] of parts) section.list.insertBefore(part, section.empty);
  }

  // The address holds the state, so that a filtered page can be sent to somebody.
  function write() {
    const parts = new URLSearchParams();
    if (state.severity.size) parts.set("severity", [...state.severity].sort().reverse().map((s) => severityName[s]).join(","));
    if (state.domain.size) parts.set("domain", [...state.domain].sort().join(","));
    if (state.gate) parts.set("gate", "1");
    for (const key of ["check", "pillar", "q", "sort"]) if (state[key]) parts.set(key, state[key]);
    const hash = parts.toString();
    history.replaceState(null, "", hash ? "#" + hash : location.pathname + location.search);
  }

  function read() {
    let hash = location.hash.slice(1);
    const target = hash && document.getElementById(hash);
    if (target) {
      if (target.classList.contains("f")) {
        if (target.hidden) { clear(); apply(); }
        fill(target);
      }
      for (let fold = target.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
      target.scrollIntoView({ block: "start" });
      return;
    }
    const parts = new URLSearchParams(hash);
    const many = (key) => (parts.get(key) || "").split(",").filter(Boolean);
    const option = (id, value) => (value && all("option", $(id)).some((o) => o.value === value) ? value : "");
    state.severity = new Set(many("severity").map((name) => severityValue[name]).filter(Boolean));
    state.domain = new Set(many("domain"));
    state.gate = parts.get("gate") === "1" && Boolean($("gate"));
    state.check = option("check", parts.get("check"));
    state.pillar = option("pillar", parts.get("pillar"));
    state.sort = option("sort", parts.get("sort"));
    state.q = parts.get("q") || "";
    apply();
  }

  function clear() {
    Object.assign(state, { severity: new Set(), domain: new Set(), gate: false, check: "", pillar: "", q: "" });
  }
  const change = () => { apply(); write(); };
  const toggle = (set, value) => (set.has(value) ? set.delete(value) : set.add(value));

  document.addEventListener("click", (event) => {
    const chip = event.target.closest(".chip");
    if (chip) {
      if (chip.id === "gate") state.gate = !state.gate;
      else if (chip.dataset.severity) toggle(state.severity, chip.dataset.severity);
      else toggle(state.domain, chip.dataset.domain);
      change();
      return;
    }
    const cell = event.target.closest(".cell");
    if (cell) {
      event.preventDefault();
      clear();
      state.pillar = cell.dataset.pillar;
      state.severity = new Set([cell.dataset.severity]);
      change();
      document.querySelector(".first").scrollIntoView({ block: "start" });
    }
  });
  let timer = 0;
  q.addEventListener("input", () => {
    state.q = q.value.trim();
    clearTimeout(timer);
    timer = setTimeout(change, 60);
  });
  for (const id of ["check", "pillar", "sort"]) {
    $(id).addEventListener("change", (event) => { state[id] = event.target.value; change(); });
  }
  $("reset").addEventListener("click", () => { clear(); change(); q.focus(); });
  const fold = (open) => {
    for (const row of rows) {
      if (row.element.hidden) continue;
      if (open) fill(row.element);
      row.element.open = open;
    }
  };
  document.addEventListener("toggle", (event) => { if (event.target.open) fill(event.target); }, true);
  $("unfold").addEventListener("click", () => fold(true));
  $("fold").addEventListener("click", () => fold(false));
  document.querySelector(".tools").addEventListener("submit", (event) => event.preventDefault());
  document.addEventListener("keydown", (event) => {
    const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      q.focus();
      q.select();
    } else if (event.key === "Escape" && event.target === q) {
      state.q = q.value = "";
      change();
    }
  });

  // On paper nothing can be opened: open everything that is shown, and close it again afterwards.
  let opened = [];
  addEventListener("beforeprint", () => {
    for (const row of rows) fill(row.element);
    opened = all("main details:not([open])").filter((element) => !element.hidden);
    for (const element of opened) element.open = true;
  });
  addEventListener("afterprint", () => { for (const element of opened) element.open = false; });

  if (matchMedia("(max-width: 44rem)").matches) document.querySelector(".more").open = false;
  addEventListener("hashchange", read);
  read();
})();
