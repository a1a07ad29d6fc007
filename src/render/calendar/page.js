"use strict";
// Everything shown comes from the data element and is set as text, never as markup.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const $ = (id) => document.getElementById(id);
  const DAY = 864e5;
  const WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
  const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
  const VIEWS = ["month", "timeline", "agenda"];
  const SPANS = [1, 3, 6, 12];
  const GROUPS = ["release", "project", "environment", "team", "kind"];
  // The first and the last day a page can turn to; what lies beyond is cut at the edge.
  const LAST = 2932896, FIRST = -719162;

  // Days are whole numbers, counted from 1970-01-01.
  const parse = (text) => Math.floor(Date.parse(text + "T00:00:00Z") / DAY);
  const date = (day) => new Date(day * DAY);
  const iso = (day) => date(day).toISOString().slice(0, 10);
  const weekday = (day) => (((day + 3) % 7) + 7) % 7;
  const monthOf = (day) => date(day).getUTCFullYear() * 12 + date(day).getUTCMonth();
  const firstOf = (month) => { const at = new Date(0); at.setUTCFullYear(Math.floor(month / 12), ((month % 12) + 12) % 12, 1); return Math.floor(at / DAY); };
  const monthName = (month) => `${MONTHS[((month % 12) + 12) % 12]} ${Math.floor(month / 12)}`;
  const longDay = (day) => `${WEEKDAYS[weekday(day)]} ${date(day).getUTCDate()} ${monthName(monthOf(day))}`;
  const isoWeek = (day) => { const thursday = day - weekday(day) + 3; return 1 + Math.floor((thursday - parse(`${date(thursday).getUTCFullYear()}-01-01`)) / 7); };
  const plural = (count, noun) => `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;

  const today = parse(data.today);
  const events = data.events.map((event, index) => {
    const kind = data.kinds[event.k];
    const projects = event.p || [], environments = event.e || [];
    const words = [event.t, kind.name, event.r, event.m, event.d, event.f, ...projects, ...environments];
    return { ...event, index, kind, projects, environments, a: parse(event.a), b: parse(event.b), words: words.filter(Boolean).join("\n").toLowerCase() };
  });
  const off = new Set((data.off || []).map(parse));
  const known = data.off ? [parse(data.from), parse(data.to)] : [1, 0];
  const isOff = (day) => (known[0] <= day && day <= known[1] ? off.has(day) : weekday(day) > 4);

  const state = { view: "month", day: today, span: 3, group: "release", q: "", release: "", project: "", environment: "", hidden: new Set(), chosen: -1, theme: "" };
  let shown = events;

  // ---- making elements

  const make = (tag, attributes, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (value === null || value === undefined || value === false) continue;
      if (name === "on") for (const [event, handler] of Object.entries(value)) element.addEventListener(event, handler);
      else if (name === "css") for (const [property, text] of Object.entries(value)) element.style.setProperty(property, text);
      else element.setAttribute(name, value === true ? "" : value);
    }
    element.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
    return element;
  };
  const icon = (kind) => {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    for (const [name, value] of [["class", "icon"], ["viewBox", "0 0 12 12"], ["aria-hidden", "true"]]) svg.setAttribute(name, value);
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("d", kind.icon);
    svg.append(path);
    return svg;
  };
  const STATUS = ["", "tentative", "cancelled"];
  const classes = (event, ...more) => ["ev", `k-${event.kind.id}`, event.kind.closed && "closed", STATUS[event.s || 0], state.chosen === event.index && "chosen", ...more].filter(Boolean).join(" ");
  const named = (text) => make("span", { class: "name bidi", dir: "auto" }, text);
  const described = (event) => [event.t, event.kind.name, event.w, STATUS[event.s || 0]].filter(Boolean).join(", ");

  // ---- filters

  const inRelease = (event) => !state.release || event.r === state.release;
  const inProject = (event) => !state.project || event.projects.includes(state.project);
  const inEnvironment = (event) => !state.environment || event.environments.includes(state.environment);
  const filter = () => {
    const words = state.q.toLowerCase().split(/\s+/).filter(Boolean);
    const matches = events.filter((event) => inRelease(event) && inProject(event) && inEnvironment(event) && words.every((word) => event.words.includes(word)));
    const counts = new Map();
    for (const event of matches) counts.set(event.k, (counts.get(event.k) || 0) + 1);
    for (const chip of $("kinds").querySelectorAll("input")) {
      chip.checked = !state.hidden.has(chip.value);
      chip.nextElementSibling.querySelector("b").textContent = counts.get(Number(chip.dataset.kind)) || 0;
    }
    shown = matches.filter((event) => !state.hidden.has(event.kind.id));
  };
  const between = (from, to) => shown.filter((event) => event.a <= to && event.b >= from);

  const fill = (select, values) => {
    const sorted = [...new Set(values)].sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
    for (const value of sorted) select.append(make("option", { value }, value));
    select.closest("label").hidden = sorted.length === 0;
  };

  // ---- the month

  // What happens stands above what lasts, so that a week full of long phases does not hide its gates and deployments.
  const LASTING = new Set(["phase", "booking", "hypercare", "maintenance", "training"]);
  const lanesOf = (list, from, to) => {
    const rank = (event) => (LASTING.has(event.kind.id) ? 1 : 0);
    const order = [...list].sort((x, y) => rank(x) - rank(y) || Math.max(x.a, from) - Math.max(y.a, from) || y.b - x.b || x.index - y.index);
    const lanes = [];
    return order.map((event) => {
      const [a, b] = [Math.max(event.a, from), Math.min(event.b, to)];
      const days = ((1 << (b - a + 1)) - 1) << (a - from);
      let lane = lanes.findIndex((taken) => (taken & days) === 0);
      if (lane < 0) lane = lanes.push(0) - 1;
      lanes[lane] |= days;
      return { event, a, b, lane };
    });
  };
  const closes = (event) => event.kind.id === "freeze" && !event.projects.length && !event.environments.length && event.s !== 2;

  const drawMonth = () => {
    const month = monthOf(state.day);
    const start = firstOf(month) - weekday(firstOf(month));
    const weeks = Math.ceil((firstOf(month + 1) - start) / 7);
    const narrow = matchMedia("(max-width: 640px)").matches;
    const lane = parseFloat(getComputedStyle(document.documentElement).getPropertyValue("--lane"));
    const room = narrow ? 100 : Math.max(96, (innerHeight - Math.max(0, $("sheet").getBoundingClientRect().top + scrollY) - 70) / weeks);
    const fits = matchMedia("print").matches ? 99 : Math.max(narrow ? 4 : 6, Math.floor((room - 28 - 18) / lane));
    const head = make("tr", {}, make("th", { class: "week", scope: "col" }, make("span", { class: "sr" }, "Week")),
      ...WEEKDAYS.map((name) => make("th", { scope: "col", abbr: name }, narrow ? name.slice(0, 1) : name.slice(0, 3))));
    const body = make("tbody");
    for (let week = 0; week < weeks; week += 1) {
      const first = start + 7 * week;
      const placed = lanesOf(between(first, first + 6), first, first + 6);
      const most = placed.reduce((most, { lane }) => Math.max(most, lane + 1), 0);
      const cut = most > fits;
      const row = make("tr", {}, make("th", { class: "week", scope: "row" }, String(isoWeek(first))));
      for (let day = first; day < first + 7; day += 1) row.append(drawDay(day, month, placed, cut ? fits : most, lane, narrow));
      row.style.setProperty("height", `${Math.max(room, 28 + Math.min(most, fits) * lane + (cut ? 20 : 6))}px`);
      body.append(row);
    }
    const table = make("table", { class: "month", role: "grid", "aria-label": monthName(month), on: { keydown: keysOfMonth, click: clickOfMonth } }, make("thead", {}, head), body);
    $("sheet").replaceChildren(table);
  };

  const drawDay = (day, month, placed, fits, lane, narrow) => {
    const here = placed.filter(({ a, b }) => a <= day && day <= b);
    const hidden = here.filter((place) => place.lane >= fits).length;
    const selected = day === state.day;
    const names = here.slice(0, 8).map(({ event }) => `${event.t}, ${event.kind.name}`);
    if (here.length > 8) names.push(`and ${here.length - 8} more`);
    const cell = make("td", {
      "data-day": iso(day), tabindex: selected ? 0 : -1, role: "gridcell", "aria-selected": selected ? "true" : "false", "aria-current": day === today ? "date" : null,
      class: [monthOf(day) !== month && "other", isOff(day) && "off", here.some(({ event }) => closes(event)) && "closed"].filter(Boolean).join(" ") || null,
    }, make("div", { class: "day" }, make("i", {}, String(date(day).getUTCDate())), make("span", { class: "sr" }, `${longDay(day)}: ${here.length ? names.join("; ") : "nothing"}`)));
    for (const { event, a, b, lane: row } of here) {
      if (a !== day || row >= fits) continue;
      const days = b - a + 1;
      cell.append(make("div", {
        class: classes(event, event.a < a && "from", event.b > b && "to"), "data-event": event.index, "aria-hidden": "true", title: described(event),
        css: { top: `${28 + row * lane}px`, width: `calc(${days * 100}% + ${days - 1}px - 6px)` },
      }, icon(event.kind), event.c && event.a === a && days === 1 ? make("time", {}, event.c) : null, named(event.t)));
    }
    if (hidden) cell.append(make("span", { class: "more", "aria-hidden": "true" }, narrow ? `+${hidden}` : `+${hidden} more`));
    return cell;
  };

  const keysOfMonth = (press) => {
    const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7, Home: -weekday(state.day), End: 6 - weekday(state.day) };
    if (press.altKey || press.ctrlKey || press.metaKey) return;
    let day = state.day;
    if (press.key in steps) day += steps[press.key];
    else if (press.key === "PageUp" || press.key === "PageDown") day = turned(press.key === "PageUp" ? -1 : 1);
    else if (press.key === "Enter" || press.key === " ") { press.preventDefault(); $("panel").focus(); return; }
    else return;
    press.preventDefault();
    go({ day, chosen: -1 });
    $("sheet").querySelector('[aria-selected="true"]').focus();
  };
  const clickOfMonth = (click) => {
    const cell = click.target.closest("td");
    if (!cell) return;
    const bar = click.target.closest("[data-event]");
    // A bar lies in the cell of its first day; the day that is meant is the one below the pointer.
    const across = bar ? Math.floor((click.clientX - cell.getBoundingClientRect().left) / cell.getBoundingClientRect().width) : 0;
    go({ day: parse(cell.dataset.day) + Math.max(0, Math.min(6, across)), chosen: bar ? Number(bar.dataset.event) : -1 });
    $("sheet").querySelector('[aria-selected="true"]').focus({ preventScroll: true });
    showChosen();
  };

  // ---- the timeline

  const NOWHERE = { release: "No release", project: "No project", environment: "No environment", team: "No team" };
  const keysOf = (event) => ({ release: [event.r], project: event.projects, environment: event.environments, team: [event.m], kind: [event.kind.name] })[state.group].filter(Boolean);
  const canvas = document.createElement("canvas").getContext("2d");
  const widths = new Map();
  const widthOf = (text) => {
    if (!widths.has(text)) widths.set(text, canvas.measureText(text.slice(0, 200)).width);
    return widths.get(text);
  };

  const drawTimeline = () => {
    const month = monthOf(state.day);
    const from = firstOf(month), to = firstOf(month + state.span) - 1, days = to - from + 1;
    const sheet = $("sheet");
    const style = getComputedStyle(document.documentElement);
    const side = parseFloat(style.getPropertyValue("--side")) * parseFloat(style.fontSize) || 0;
    const lane = Math.max(21, parseFloat(style.getPropertyValue("--lane")));
    const width = Math.max(200, sheet.clientWidth - side);
    canvas.font = `${0.78 * parseFloat(style.fontSize)}px ${style.fontFamily}`;
    const x = (day) => ((day - from) / days) * width;
    const list = between(from, to);
    const groups = new Map();
    for (const event of list) {
      const keys = keysOf(event);
      for (const key of keys.length ? keys : [""]) {
        if (!groups.has(key)) groups.set(key, []);
        groups.get(key).push(event);
      }
    }
    const order = [...groups.keys()].sort((a, b) => (a === "" || b === "" ? (a === b ? 0 : (a === "") === (state.group === "release") ? -1 : 1) : groups.get(a)[0].a - groups.get(b)[0].a || a.localeCompare(b, "en", { numeric: true })));
    const rows = make("div", { class: "rows", on: { keydown: keysOfTimeline, click: clickOfTimeline } }, backdrop(from, to, x, width));
    for (const key of order) rows.append(drawGroup(key, groups.get(key), from, to, x, width, lane));
    if (!list.length) rows.append(make("p", { class: "empty" }, `Nothing between ${longDay(from)} and ${longDay(to)}`));
    const first = rows.querySelector("[data-event]");
    if (first) first.tabIndex = 0;
    sheet.replaceChildren(axis(from, to, x, width), rows);
  };

  const ticks = (from, to, narrow) => {
    const marks = [];
    for (let month = monthOf(from); firstOf(month) <= to; month += 1) marks.push({ day: firstOf(month), big: true, text: (narrow ? monthName(month).slice(0, 3) : monthName(month)) });
    for (let day = from; day <= to; day += 1) if (weekday(day) === 0) marks.push({ day, text: String(date(day).getUTCDate()) });
    return marks;
  };
  const axis = (from, to, x, width) => {
    const perMonth = width / ((to - from + 1) / 30.4), perWeek = perMonth / 4.35;
    const line = make("div", { "aria-hidden": "true" });
    for (const { day, big, text } of ticks(from, to, perMonth < 105)) {
      if (big || perWeek > 20) line.append(make("div", { class: `tick ${big ? "big" : "small"}`, css: { left: `${x(day)}px` } }, text));
    }
    return make("div", { class: "axis" }, make("div", { class: "corner" }, "Weeks begin on Monday"), line);
  };
  const backdrop = (from, to, x, width) => {
    const back = make("div", { class: "back", "aria-hidden": "true" });
    const perDay = width / (to - from + 1);
    const stretch = (name, a, b) => back.append(make("div", { class: name, css: { left: `${x(a)}px`, width: `${x(b + 1) - x(a)}px` } }));
    for (let day = from; perDay > 5 && day <= to; day += 1) if (isOff(day)) stretch("rest", day, day);
    for (const event of shown) if (closes(event) && event.a <= to && event.b >= from) stretch("band", Math.max(event.a, from), Math.min(event.b, to));
    for (const { day, big } of ticks(from, to)) if (big || perDay > 2.5) back.append(make("div", { class: big ? "rule big" : "rule", css: { left: `${x(day)}px` } }));
    if (from <= today && today <= to) back.append(make("div", { class: "now", css: { left: `${x(today + 0.5)}px` } }));
    return back;
  };

  const drawGroup = (key, list, from, to, x, width, lane) => {
    const ends = [];
    const track = make("ul", { class: "track" });
    for (const event of [...list].sort((p, q) => Math.max(p.a, from) - Math.max(q.a, from) || q.b - p.b || p.index - q.index)) {
      const text = (state.group === "release" ? event.r : state.group === "environment" && !event.r) ? event.l || event.t : event.t;
      const a = Math.max(event.a, from), b = Math.min(event.b, to);
      const point = a === b && x(b + 1) - x(a) < 60;
      let left = x(a), bar = x(b + 1) - x(a);
      if (point && bar < 19) { left += (bar - 19) / 2; bar = 19; }
      left = Math.max(0, Math.min(left, width - bar));
      const label = Math.min(260, widthOf(text) + 8);
      const inside = !point && bar >= label + 24;
      const leftwards = !inside && left + bar + label > width;
      const begin = leftwards ? Math.max(0, left - label - 4) : left, end = inside ? left + bar : leftwards ? left + bar : left + bar + 4 + label;
      let row = ends.findIndex((last) => last <= begin);
      if (row < 0) row = ends.push(0) - 1;
      ends[row] = end + 6;
      const button = make("button", {
        type: "button", tabindex: -1, "data-event": event.index, "aria-label": described(event), title: described(event),
        class: classes(event, point && "point", event.a < from && "from", event.b > to && "to"), css: { left: `${left - begin}px`, width: `${bar}px` },
      }, bar >= 19 ? icon(event.kind) : null, inside ? named(text) : null);
      const beside = inside ? null : make("span", { class: `beside bidi${leftwards ? " left" : ""}`, dir: "auto", "aria-hidden": "true", "data-beside": event.index,
        css: { left: `${leftwards ? 0 : bar + 4}px`, width: `${leftwards ? Math.max(0, left - begin - 4) : Math.min(label, width - begin - bar - 4)}px` } }, text);
      track.append(make("li", { css: { left: `${begin}px`, width: `${end - begin}px`, top: `${row * lane}px` } }, button, beside));
    }
    track.style.setProperty("height", `${ends.length * lane}px`);
    const name = key || NOWHERE[state.group] || "";
    return make("section", { class: "group" }, make("h3", { class: "bidi", dir: "auto" }, name, make("small", {}, plural(list.length, "event"))), track);
  };

  const keysOfTimeline = (press) => {
    const bars = [...$("sheet").querySelectorAll("[data-event]")];
    const at = bars.indexOf(document.activeElement);
    if (at < 0 || press.altKey || press.ctrlKey || press.metaKey) return;
    const group = (bar) => bar.closest(".group");
    const moves = {
      ArrowRight: () => at + 1, ArrowLeft: () => at - 1, Home: () => 0, End: () => bars.length - 1,
      ArrowDown: () => bars.findIndex((bar, index) => index > at && group(bar) !== group(bars[at])),
      ArrowUp: () => { const before = group(bars[at]).previousElementSibling; return before && before.matches(".group") ? bars.findIndex((bar) => group(bar) === before) : -1; },
    };
    const next = moves[press.key] && bars[moves[press.key]()];
    if (!moves[press.key]) return;
    press.preventDefault();
    if (!next) return;
    bars[at].tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  };
  const clickOfTimeline = (click) => {
    const bar = click.target.closest("[data-event], [data-beside]");
    if (!bar) return;
    choose(Number(bar.dataset.event || bar.dataset.beside));
  };
  const choose = (index) => {
    state.chosen = index;
    for (const bar of $("sheet").querySelectorAll(".ev")) bar.classList.toggle("chosen", Number(bar.dataset.event) === index);
    drawPanel();
    showChosen();
  };

  // ---- the agenda

  const drawAgenda = () => {
    const month = monthOf(state.day), from = firstOf(month), to = firstOf(month + 1) - 1;
    const body = make("tbody");
    const list = between(from, to).sort((p, q) => Math.max(p.a, from) - Math.max(q.a, from) || p.index - q.index);
    let last = null;
    for (const event of list) {
      const day = Math.max(event.a, from);
      const about = [event.r, ...event.environments, event.m].filter((word) => word && !event.t.includes(word)).join(" · ");
      body.append(make("tr", { class: [`k-${event.kind.id}`, STATUS[event.s || 0], event.b < today && "past"].filter(Boolean).join(" ") },
        make("th", { scope: "row" }, day === last ? make("span", { class: "sr" }, longDay(day)) : `${WEEKDAYS[weekday(day)].slice(0, 3)} ${date(day).getUTCDate()}`),
        make("td", { class: "kind" }, icon(event.kind), event.kind.name, event.s ? ` (${STATUS[event.s]})` : null), make("td", {}, named(event.t), about ? make("div", { class: "quiet bidi", dir: "auto" }, about) : null),
        make("td", { class: "when quiet" }, event.w)));
      last = day;
    }
    const head = make("tr", {}, ...["Day", "Kind", "What", "When"].map((name) => make("th", { scope: "col" }, name)));
    $("sheet").replaceChildren(list.length ? make("table", { class: "list" }, make("thead", {}, head), body) : make("p", { class: "empty" }, `Nothing in ${monthName(month)}`));
  };

  // ---- the panel: the day, or the event, that was picked

  const MOST = 60;
  const drawPanel = () => {
    const alone = state.view !== "month" && state.chosen >= 0;
    const list = alone ? [events[state.chosen]] : between(state.day, state.day);
    if (!alone) list.sort((p, q) => (q.index === state.chosen) - (p.index === state.chosen));
    $("panel-title").textContent = alone ? "Event" : longDay(state.day) + (state.day === today ? ", today" : "");
    const cards = list.slice(0, MOST).map((event) => {
      const facts = [["Release", event.r], ["Project", event.projects.join(", ")], ["Environment", event.environments.join(", ")], ["Team", event.m], ["Status", STATUS[event.s || 0]], ["Written in", event.f]];
      const dl = make("dl");
      for (const [name, value] of facts) if (value) dl.append(make("dt", {}, name), make("dd", { class: "bidi", dir: "auto" }, name === "Release" && event.u ? make("a", { href: event.u }, value) : value));
      return make("li", { class: `card k-${event.kind.id} ${STATUS[event.s || 0]}${event.index === state.chosen ? " chosen" : ""}` },
        make("div", { class: "kind" }, icon(event.kind), event.kind.name), make("h3", { class: "bidi", dir: "auto" }, event.t), make("div", { class: "quiet" }, event.w),
        event.d ? make("p", { class: "bidi", dir: "auto" }, event.d) : null, dl);
    });
    $("panel-note").textContent = list.length === 0 ? "Nothing on this day." : list.length > MOST ? `The first ${MOST} of ${plural(list.length, "event")}.` : "";
    $("panel-note").hidden = !$("panel-note").textContent;
    $("panel-list").replaceChildren(...cards);
  };
  const showChosen = () => {
    const card = $("panel-list").querySelector(".chosen");
    if (card && matchMedia("(max-width: 1080px)").matches) card.scrollIntoView({ block: "nearest" });
    else $("panel").scrollTop = 0;
  };

  // ---- state, in the address too

  const turned = (months) => {
    const month = monthOf(state.day) + months;
    return Math.min(firstOf(month) + date(state.day).getUTCDate() - 1, firstOf(month + 1) - 1);
  };
  const kindIds = new Set(data.kinds.map((kind) => kind.id));
  const write = () => {
    const parts = new URLSearchParams();
    parts.set("view", state.view);
    parts.set("day", iso(state.day));
    if (state.view === "timeline") { parts.set("span", state.span); parts.set("group", state.group); }
    for (const name of ["q", "release", "project", "environment", "theme"]) if (state[name]) parts.set(name, state[name]);
    if (state.hidden.size) parts.set("hide", [...state.hidden].join(","));
    try { history.replaceState(null, "", "#" + parts); } catch { /* a page that may not keep its address works all the same */ }
  };
  const read = () => {
    const parts = new URLSearchParams(location.hash.slice(1));
    const one = (name, allowed, fallback) => { const value = parts.get(name) || ""; return allowed.includes(value) ? value : fallback; };
    state.view = one("view", VIEWS, "month");
    state.span = Number(one("span", SPANS.map(String), "3"));
    state.group = one("group", GROUPS, "release");
    state.theme = one("theme", ["light", "dark"], "");
    state.q = parts.get("q") || "";
    for (const name of ["release", "project", "environment"]) {
      const value = parts.get(name) || "";
      state[name] = [...$(name).options].some((option) => option.value === value) ? value : "";
    }
    state.hidden = new Set((parts.get("hide") || "").split(",").filter((id) => kindIds.has(id)));
    const day = /^\d{4}-\d{2}-\d{2}$/.test(parts.get("day") || "") ? parse(parts.get("day")) : NaN;
    state.day = Number.isNaN(day) ? parse(data.start) : day;
    state.chosen = -1;
  };

  const draw = () => {
    state.day = Math.max(FIRST, Math.min(LAST, state.day));
    filter();
    const theme = document.documentElement;
    if (state.theme) theme.dataset.theme = state.theme; else delete theme.dataset.theme;
    const month = monthOf(state.day);
    const last = month + state.span - 1;
    const span = state.view === "timeline" && state.span > 1;
    $("period").textContent = span ? `${MONTHS[month % 12].slice(0, 3)}${Math.floor(month / 12) === Math.floor(last / 12) ? "" : " " + Math.floor(month / 12)} – ${MONTHS[last % 12].slice(0, 3)} ${Math.floor(last / 12)}` : monthName(month);
    for (const button of document.querySelectorAll("[data-set]")) {
      const [name, value] = button.dataset.set.split("=");
      button.setAttribute("aria-pressed", String(state[name]) === value ? "true" : "false");
    }
    for (const name of ["q", "release", "project", "environment", "group"]) if ($(name).value !== state[name]) $(name).value = state[name];
    const active = ["q", "release", "project", "environment"].filter((name) => state[name]).length + (state.hidden.size ? 1 : 0);
    $("active").textContent = active ? `: ${active} on` : "";
    $("zoom").hidden = state.view !== "timeline";
    ({ month: drawMonth, timeline: drawTimeline, agenda: drawAgenda })[state.view]();
    drawPanel();
    const from = firstOf(month), to = firstOf(span ? last + 1 : month + 1) - 1;
    const count = `${plural(between(from, to).length, "event")} here · ${shown.length === events.length ? "" : `${shown.length.toLocaleString("en")} of `}${events.length.toLocaleString("en")} in all`;
    if ($("count").textContent !== count) $("count").textContent = count;
  };
  const go = (changes) => { Object.assign(state, changes); draw(); write(); };

  // ---- wiring

  const begin = () => {
    fill($("release"), events.map((event) => event.r).filter(Boolean));
    fill($("project"), events.flatMap((event) => event.projects));
    fill($("environment"), events.flatMap((event) => event.environments));
    const used = new Set(events.map((event) => event.k));
    data.kinds.forEach((kind, index) => {
      if (!used.has(index)) return;
      $("kinds").lastElementChild.before(make("label", { class: `chip k-${kind.id}` }, make("input", { type: "checkbox", value: kind.id, "data-kind": index, checked: true }), make("span", {}, icon(kind), kind.name, make("b", {}, "0"))));
    });
    $("kinds").addEventListener("change", (change) => {
      const hidden = new Set(state.hidden);
      if (change.target.checked) hidden.delete(change.target.value); else hidden.add(change.target.value);
      go({ hidden, chosen: -1 });
    });
    $("all").addEventListener("click", () => go({ hidden: new Set(), chosen: -1 }));
    $("none").addEventListener("click", () => go({ hidden: new Set(data.kinds.map((kind) => kind.id)), chosen: -1 }));
    $("clear").addEventListener("click", () => go({ hidden: new Set(), q: "", release: "", project: "", environment: "", chosen: -1 }));
    let waiting = 0;
    $("q").addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(() => go({ q: $("q").value, chosen: -1 }), 120); });
    for (const name of ["release", "project", "environment", "group"]) $(name).addEventListener("change", () => go({ [name]: $(name).value, chosen: -1 }));
    for (const button of document.querySelectorAll("[data-set]")) {
      const [name, value] = button.dataset.set.split("=");
      button.addEventListener("click", () => go({ [name]: name === "span" ? Number(value) : value, chosen: -1 }));
    }
    for (const button of document.querySelectorAll("[data-turn]")) button.addEventListener("click", () => go({ day: turned(Number(button.dataset.turn)), chosen: -1 }));
    $("today").addEventListener("click", () => go({ day: today, chosen: -1 }));
    addEventListener("hashchange", () => { read(); draw(); });
    let size = innerWidth + "x" + innerHeight, resizing = 0;
    addEventListener("resize", () => {
      if (size === innerWidth + "x" + innerHeight) return;
      size = innerWidth + "x" + innerHeight;
      cancelAnimationFrame(resizing);
      resizing = requestAnimationFrame(draw);
    });
    for (const name of ["beforeprint", "afterprint"]) addEventListener(name, draw);
    $("app").hidden = false;
    // Where there is little room, filters wait until they are asked for.
    const little = matchMedia("(max-width: 640px)");
    const fold = () => { $("filters").open = !little.matches; };
    little.addEventListener("change", fold);
    fold();
    read();
    draw();
  };
  begin();
})();
