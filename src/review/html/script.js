"use strict";
// All that is shown comes from the data, and goes into the page as text alone.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const at = (id) => document.getElementById(id);
  const SAME_MAX = 8, NAMES_MAX = 12;
  const KINDS = ["", "added", "removed", "deleted"];

  /** An element with attributes, and children that are elements or text. */
  function el(name, attributes, ...children) {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
  }

  const counted = (count, what) => `${count} ${what}${count === 1 ? "" : "s"}`;

  /** A fold, which is filled when it is first opened. */
  function fold(head, fill, isOpen = false) {
    const details = el("details", {}, el("summary", {}, ...head));
    let isFilled = false;
    const fillOnce = () => {
      if (!isFilled) details.append(...[fill()].flat());
      isFilled = true;
    };
    if (isOpen) { fillOnce(); details.open = true; }
    details.addEventListener("toggle", () => details.open && fillOnce());
    return details;
  }

  // A value is known by its number: a text, {n: number}, true, false or null as they are,
  // [0, items...] a list, [shape + 1, values...] an object. Equal values have one number.
  const isList = (id) => Array.isArray(data.values[id]) && data.values[id][0] === 0;
  const isObject = (id) => Array.isArray(data.values[id]) && data.values[id][0] > 0;
  const items = (id) => data.values[id].slice(1);
  function fields(id) {
    const [shape, ...values] = data.values[id];
    return new Map(data.shapes[shape - 1].map((name, index) => [name, values[index]]));
  }

  /** A text in quotes. What is not seen is spelled out in it already, as in \u{202e}. */
  const quoted = (value) => JSON.stringify(value).replaceAll("\\\\u{", "\\u{");

  function text(id) {
    if (isList(id)) return `[${items(id).map(text).join(", ")}]`;
    if (isObject(id)) return `{${[...fields(id)].map(([name, value]) => `${name}: ${text(value)}`).join(", ")}}`;
    const value = data.values[id];
    if (value !== null && typeof value === "object") return value.n;
    return typeof value === "string" ? quoted(value) : String(value);
  }

  const side = (name, sign, id) => el(name, {}, `${sign}${id === null ? "absent" : text(id)}`);

  /** What changed, as elements. */
  const VALUE = 0, ITEM_ADDED = 1, ITEM_REMOVED = 2, ORDER = 3;
  function changeOf({ change, before, after }) {
    switch (change) {
      case ITEM_ADDED: return [side("ins", "+ ", after)];
      case ITEM_REMOVED: return [side("del", "− ", before)];
      case ORDER: return ["the same in another order"];
      default: return [side("del", "", before), " → ", side("ins", "", after)];
    }
  }

  const within = (same) => same.within.length ? [el("span", { class: "soft" }, `of ${same.within.join(", ")}: `)] : [];
  const link = (index) => el("a", { href: `#u${index}` }, data.users[index].name);
  const listed = (links) => links.flatMap((it, index) => index ? [", ", it] : [it]);

  function people(users) {
    const first = users.slice(0, NAMES_MAX).map(link);
    const shown = el("div", { class: "people" }, `${counted(users.length, "user")}: `, ...listed(first));
    const rest = users.slice(NAMES_MAX);
    if (!rest.length) return [shown];
    return [shown, fold([`and ${rest.length} more`], () => el("div", { class: "people" }, ...listed(rest.map(link))))];
  }

  function sameList(differences) {
    const rows = differences.map((same) => el("li", {}, ...within(same), ...changeOf(same), ...people(same.users)));
    return el("ul", { class: "same" }, ...rows);
  }

  function fieldCard(field, index) {
    const head = [el("code", {}, field.field), " ", el("span", { class: "count" }, counted(field.users, "user"))];
    const details = fold(head, () => {
      const filter = el("button", { type: "button" }, "show these users alone");
      filter.addEventListener("click", () => {
        at("field").value = String(index);
        show();
        at("by-user").scrollIntoView();
      });
      const shared = field.differences.slice(0, field.shared), single = field.differences.slice(field.shared);
      const shown = [filter, sameList(shared.slice(0, SAME_MAX))];
      const rest = shared.slice(SAME_MAX);
      if (rest.length) shown.push(fold([counted(rest.length, "more difference")], () => sameList(rest)));
      if (single.length) shown.push(fold([counted(single.length, "difference") + " of one user each"], () => sameList(single)));
      if (field.left_out) shown.push(el("p", { class: "soft" }, `and ${counted(field.left_out, "difference")} that this page has no room for`));
      return shown;
    }, index < 12);
    details.className = "card";
    return details;
  }

  /** The tree of a value: what differs is open, and what is the same only if that is wanted. */
  function tree(before, after, isOpen = false) {
    if (before !== null && after !== null && isObject(before) && isObject(after)) {
      const [old, now] = [fields(before), fields(after)];
      const names = [...new Set([...old.keys(), ...now.keys()])].sort();
      const sides = names.map((name) => [`${name}: `, old.get(name) ?? null, now.get(name) ?? null]);
      return branch(sides, "field", isOpen);
    }
    if (before !== null && after !== null && isList(before) && isList(after)) {
      const [old, now] = [items(before), items(after)];
      const gone = old.filter((id) => !now.includes(id)).map((id) => ["− ", id, null]);
      const kept = now.map((id) => old.includes(id) ? ["", id, id] : ["+ ", null, id]);
      return branch([...gone, ...kept], "item", isOpen);
    }
    return el("span", {}, ...changeOf({ change: VALUE, before, after }));
  }

  function branch(sides, what, isOpen) {
    const rows = (list) => list.map(([head, a, b]) => el("li", {}, ...row(head, a, b, isOpen)));
    const same = sides.filter(([, a, b]) => a === b), other = sides.filter(([, a, b]) => a !== b);
    const list = el("ul", { class: "tree" }, ...rows(other));
    if (!other.length) list.append(...rows(same));
    else if (same.length) {
      list.append(el("li", {}, fold([el("span", { class: "soft" }, counted(same.length, `unchanged ${what}`))],
        () => el("ul", { class: "tree" }, ...rows(same)))));
    }
    return list;
  }

  function row(head, before, after, isOpen) {
    const label = el("span", { class: "soft value" }, head);
    if (before === after) {
      const isSmall = !isList(after) && !isObject(after) || items(after).length === 0;
      if (isSmall) return [label, el("span", { class: "value" }, text(after))];
      const what = isList(after) ? "item" : "field";
      return [fold([label, ` ${counted(items(after).length, what)}`], () => tree(after, after, isOpen), isOpen || head === "")];
    }
    if (before === null) return [label, side("ins", "", after)];
    if (after === null) return [label, side("del", "", before)];
    return [label, tree(before, after)];
  }

  const column = (title, ...content) => el("div", {}, el("h4", {}, title), ...content);

  function wholeEvent(user) {
    const event = tree(user.before ?? user.after, user.after ?? user.before);
    if (user.source === null) return event;
    return el("div", { class: "sides" }, column("Facts", tree(user.source, user.source, true)), column("Event", event));
  }

  function userCard(user, index) {
    const name = el("h3", {}, user.name);
    const kind = user.kind ? [KINDS[user.kind], user.word].filter((it) => it).join(": ") : "";
    if (kind) name.append(el("span", { class: "badge" }, kind));
    const changes = el("dl", { class: "changes" });
    for (const [field, same] of user.changes) {
      changes.append(el("dt", {}, el("code", {}, data.fields[field].field)), el("dd", {}, ...within(same), ...changeOf(same)));
    }
    for (const field of data.fields) {
      const count = field.left_out_of[index];
      if (count) changes.append(el("dt", {}, el("code", {}, field.field)), el("dd", { class: "soft" }, `and ${count} more`));
    }
    const card = el("article", { id: `u${index}`, tabindex: "-1", "aria-label": user.name }, name);
    if (user.uid !== user.name) card.append(el("div", { class: "uid soft" }, user.uid));
    if (user.changes.length) card.append(changes);
    card.append(fold([user.source === null ? "The whole event" : "The whole event beside its facts"], () => wholeEvent(user)));
    const words = user.changes.flatMap(([, same]) => [same.before, same.after]).filter((id) => id !== null).map(text);
    user.words = [user.name, user.uid, kind, ...words].join("\n").toLowerCase();
    user.card = card;
    return card;
  }

  function show() {
    const wanted = at("search").value.trim().toLowerCase(), field = at("field").value;
    let count = 0;
    for (const user of data.users) {
      const isOfField = field === "" || user.changes.some(([index]) => String(index) === field);
      const isShown = isOfField && user.words.includes(wanted);
      user.card.hidden = !isShown;
      count += isShown ? 1 : 0;
    }
    at("shown").textContent = `${count} of ${counted(data.users.length, "user")}`;
  }

  function showAll() {
    at("search").value = "";
    at("field").value = "";
    show();
  }

  /** The user that a key moves to. */
  function step(by) {
    const cards = data.users.map((user) => user.card).filter((card) => !card.hidden);
    const now = cards.indexOf(document.activeElement.closest("article"));
    const next = cards[now < 0 ? 0 : Math.min(Math.max(now + by, 0), cards.length - 1)];
    next?.focus();
    next?.scrollIntoView({ block: "start" });
  }

  function onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const isTyping = ["INPUT", "SELECT"].includes(event.target.tagName);
    if (event.key === "Escape") { showAll(); event.target.blur(); return; }
    if (isTyping) return;
    const open = document.activeElement.closest("article")?.querySelector("details");
    const actions = {
      "/": () => at("search").focus(),
      j: () => step(1),
      k: () => step(-1),
      o: () => { if (open) open.open = !open.open; },
    };
    if (!Object.hasOwn(actions, event.key)) return;
    event.preventDefault();
    actions[event.key]();
  }

  function start() {
    for (const user of data.users) user.changes = [];
    data.fields.forEach((field, index) => {
      field.differences = field.differences.map(([within, change, before, after, users]) =>
        ({ within: within.map((id) => data.values[id]), change, before, after, users }));
      for (const same of field.differences) {
        for (const user of same.users) data.users[user].changes.push([index, same]);
      }
    });
    const { items, chars } = data.bounds;
    at("bounds").textContent = `Shown are at most ${items} differences of a user in a field, ${items} items of a list and ${chars} characters `
      + `of a text; rollcall review --output json has all differences.`;
    at("files").append(el("del", {}, data.files[0]), " → ", el("ins", {}, data.files[1]));
    for (const [what, count] of data.totals) at("totals").append(el("li", {}, el("b", {}, String(count)), ` ${what}`));
    at("fields").append(...data.fields.map(fieldCard));
    if (!data.fields.length) at("fields").append(el("p", {}, "No field differs."));
    at("field").append(el("option", { value: "" }, "all"));
    data.fields.forEach((field, index) =>
      at("field").append(el("option", { value: String(index) }, `${field.field} (${field.users})`)));
    at("users").append(...data.users.map(userCard));
    if (data.unchanged.length) {
      const head = `${counted(data.unchanged.length, "user")} without a difference`;
      at("unchanged").append(fold([head], () => el("p", { class: "uid" }, data.unchanged.join(", "))));
    }
    at("filter").addEventListener("submit", (event) => event.preventDefault());
    at("search").addEventListener("input", show);
    at("field").addEventListener("change", show);
    document.addEventListener("keydown", onKey);
    // A link to a user that the filter hides shows all again.
    window.addEventListener("hashchange", () => {
      const card = at(location.hash.slice(1));
      if (card?.hidden) showAll();
      card?.focus();
      card?.scrollIntoView();
    });
    show();
  }

  start();
})();
