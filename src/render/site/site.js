"use strict";
// Every page is whole without this: it adds the search, the choice of colours, the filter of what is to do, and the day of
// the site. What it shows is set as text, never as markup.
(() => {
  const root = document.currentScript.getAttribute("src").replace(/site\.js$/, "");
  // A page opened from a disk may have no storage; then the choice holds for the page alone.
  const remember = (name, value) => { try { localStorage.setItem(name, value); } catch { /* no storage */ } };
  const recall = (name) => { try { return localStorage.getItem(name) || ""; } catch { return ""; } };
  const THEMES = { "": "Auto", light: "Light", dark: "Dark" };

  const paint = (theme) => {
    if (theme) document.documentElement.dataset.theme = theme;
    else delete document.documentElement.dataset.theme;
  };
  let theme = recall("relm-theme");
  if (!(theme in THEMES)) theme = "";
  paint(theme);

  const themes = () => {
    const button = document.getElementById("theme");
    const label = () => {
      button.textContent = THEMES[theme];
      button.setAttribute("aria-label", `Colours: ${THEMES[theme].toLowerCase()}; change`);
    };
    button.addEventListener("click", () => {
      const names = Object.keys(THEMES);
      theme = names[(names.indexOf(theme) + 1) % names.length];
      paint(theme);
      remember("relm-theme", theme);
      label();
    });
    label();
    button.hidden = false;
  };

  // ---- search

  // The index is large where the portfolio is, so it is loaded when somebody begins to search.
  let loading = null;
  const index = () => {
    loading = loading || new Promise((done) => {
      const script = document.createElement("script");
      script.src = `${root}search.js`;
      script.onload = () => {
        const { kinds, entries } = window.relmSearch;
        done(entries.map(([kind, id, name, address]) => ({ kind: kinds[kind], id, name: name || "", address, words: `${id} ${name || ""} ${kinds[kind]}`.toLowerCase() })));
      };
      script.onerror = () => done([]);
      document.head.append(script);
    });
    return loading;
  };
  const addressOf = ({ kind, id, address }) => {
    if (address) return root + address;
    const slash = id.indexOf("/");
    return slash < 0 ? `${root}${kind}/${id}.html` : `${root}release/${id.slice(0, slash)}.html#${kind}-${id.slice(slash + 1)}`;
  };
  // Ids that begin with what was typed come first, then ids that hold it, then names.
  const rank = (entry, text) => {
    const place = entry.id.toLowerCase().indexOf(text);
    return place === 0 ? 0 : place > 0 ? 1 : 2;
  };
  const MOST = 12;
  const find = (entries, text) => {
    const parts = text.toLowerCase().split(/\s+/).filter(Boolean);
    const hits = [[], [], []];
    for (const entry of entries) {
      if (parts.every((part) => entry.words.includes(part))) hits[rank(entry, parts[0])].push(entry);
    }
    return hits.flat();
  };

  const search = () => {
    const box = document.getElementById("q"), list = document.getElementById("found"), told = document.getElementById("told");
    let chosen = -1, asked = 0;
    const close = () => { list.hidden = true; box.setAttribute("aria-expanded", "false"); box.removeAttribute("aria-activedescendant"); chosen = -1; };
    const choose = (place) => {
      const options = [...list.querySelectorAll("[role=option]")];
      if (!options.length) return;
      chosen = (place + options.length) % options.length;
      options.forEach((option, at) => option.setAttribute("aria-selected", String(at === chosen)));
      box.setAttribute("aria-activedescendant", options[chosen].id);
      options[chosen].scrollIntoView({ block: "nearest" });
    };
    const show = async () => {
      const text = box.value.trim(), turn = ++asked;
      if (!text) { close(); told.textContent = ""; return; }
      const hits = find(await index(), text);
      if (turn !== asked) return;
      list.replaceChildren(...hits.slice(0, MOST).map((hit, at) => {
        const option = document.createElement("li"), id = document.createElement("b"), rest = document.createElement("span");
        option.id = `found-${at}`;
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        option.dataset.address = addressOf(hit);
        id.textContent = hit.id;
        rest.className = "quiet";
        rest.textContent = ` ${hit.name} · ${hit.kind}`;
        option.append(id, rest);
        return option;
      }));
      told.textContent = hits.length ? `${hits.length} found` : "Nothing found";
      if (!hits.length) {
        const none = document.createElement("li");
        none.className = "none";
        none.setAttribute("role", "presentation");
        none.textContent = "Nothing found";
        list.append(none);
      }
      chosen = -1;
      list.hidden = false;
      box.setAttribute("aria-expanded", "true");
    };
    box.addEventListener("focus", index);
    box.addEventListener("input", show);
    box.addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        choose(chosen + (event.key === "ArrowDown" ? 1 : chosen < 0 ? 0 : -1));
      } else if (event.key === "Enter") {
        const option = list.querySelectorAll("[role=option]")[Math.max(chosen, 0)];
        if (option && !list.hidden) location.href = option.dataset.address;
      } else if (event.key === "Escape") {
        close();
      }
    });
    list.addEventListener("mousedown", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) { event.preventDefault(); location.href = option.dataset.address; }
    });
    box.addEventListener("blur", close);
    document.addEventListener("keydown", (event) => {
      const typing = event.target.closest && event.target.closest("input, select, textarea");
      if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
        event.preventDefault();
        box.focus();
        box.select();
      }
    });
    document.getElementById("search").hidden = false;
  };

  // ---- whose things are shown

  const filters = () => {
    const select = document.querySelector("select[data-filter]");
    if (!select) return;
    const rows = [...document.querySelectorAll(`#${select.dataset.filter} tbody tr`)], left = document.getElementById("left");
    const apply = () => {
      const who = select.value;
      let count = 0;
      for (const row of rows) {
        row.hidden = who !== "" && !row.dataset.who.split(" ").includes(who);
        count += row.hidden ? 0 : 1;
      }
      left.textContent = who ? `${count} of ${rows.length}` : "";
    };
    const known = recall("relm-who");
    if ([...select.options].some((option) => option.value === known)) select.value = known;
    select.addEventListener("change", () => { remember("relm-who", select.value); apply(); });
    apply();
    document.getElementById("whose").hidden = false;
  };

  // Who once chose to see their own things is led back to them.
  const mine = () => {
    const place = document.getElementById("mine"), who = recall("relm-who");
    if (!place || !who) return;
    place.querySelector("a").textContent = `those of ${who}`;
    place.hidden = false;
  };

  document.addEventListener("DOMContentLoaded", () => {
    themes();
    search();
    filters();
    mine();
    if (window.relmAbout) document.getElementById("as-of").textContent = window.relmAbout;
  });
})();
