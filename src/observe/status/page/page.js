"use strict";
// Shows what /status and /changes tell. All of it is text, and none is ever read as markup.
(() => {
  const STATUS_EVERY_MS = 5000, CHANGES_EVERY_MS = 60000, ROWS_MAX = 1000, CHANGES_MAX = 50;
  const POWERS = ["admin", "admin_with_mfa", "can_escalate"];
  const at = (id) => document.getElementById(id);
  let report = null;

  function el(name, attributes = {}, ...content) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) if (value) made.setAttribute(key, value);
    made.append(...content);
    return made;
  }

  /** Puts `made` in the place of what is there, unless it is the same: nothing flickers, no focus is lost. */
  function put(id, ...made) {
    const box = el("div", {}, ...made);
    if (at(id).innerHTML !== box.innerHTML) at(id).replaceChildren(...box.childNodes);
  }

  function table(heads, rows) {
    const cell = (name, [head, isNumber], content, kind = "") =>
      el(name, { class: [isNumber ? "n" : "", kind].join(" ").trim(), "data-head": name === "td" && head, scope: name === "th" && "col" }, content);
    const head = el("thead", {}, el("tr", {}, ...heads.map((it) => cell("th", it, it[0]))));
    const line = (row) => el("tr", {}, ...row.map((it, index) => {
      const [content, kind] = Array.isArray(it) ? it : [it];
      return cell("td", heads[index], String(content), kind);
    }));
    return el("table", {}, head, el("tbody", {}, ...rows.map(line)));
  }

  /** The time from `from` to `to`, in the largest unit that says something. */
  function span(from, to) {
    const seconds = Math.max(0, Math.round((to - from) / 1000));
    const [unit, name] = [[86400, "d"], [3600, "h"], [60, "min"]].find(([unit]) => seconds >= unit) ?? [1, "s"];
    return `${Math.floor(seconds / unit)}\u00a0${name}`;
  }

  const since = (moment) => span(Date.parse(moment), Date.now());
  const ago = (moment) => moment ? `${since(moment)} ago` : "never";
  /** When the next pass begins; while one is under way, that time is over. */
  const coming = (moment) => !moment ? "not planned" : Date.parse(moment) > Date.now() ? `in ${span(Date.now(), Date.parse(moment))}` : "now";

  const sum = (items, of) => items.reduce((total, item) => total + of(item), 0);
  const counted = (count, word) => `${count.toLocaleString("en")} ${word}${count === 1 ? "" : "s"}`;

  function showReport() {
    const { accounts, sinks, problems, daemon } = report;
    const users = sum(accounts, (it) => it.last_complete?.users ?? 0);
    const well = `All is well: ${counted(users, "user")} in ${counted(accounts.length, "account")}, ${counted(sum(sinks, (it) => it.waiting), "event")} waiting`;
    const verdict = at("verdict"), text = problems.length ? `${counted(problems.length, "thing")} to look at` : well;
    if (verdict.textContent !== text) verdict.textContent = text;
    verdict.className = problems.length ? "bad" : "good";
    document.title = problems.length ? `(${problems.length}) rollcall` : "rollcall";
    put("problems", ...problems.map((it) => el("li", {}, it)));
    const times = daemon ? `rollcall ${daemon.version}, running for ${since(daemon.started_at)}; ${daemon.last_collected_at ? `last collected ${ago(daemon.last_collected_at)}` : "nothing collected yet"}; next pass ${coming(daemon.next_pass_at)}` : "";
    put("daemon", times);
    put("sinks", table([["sink"], ["waiting", 1], ["oldest"], ["rejected", 1], ["state"]], sinks.map((it) => [
      it.name, it.waiting.toLocaleString("en"), it.waiting_since ? ago(it.waiting_since) : "",
      [it.dead_letters.toLocaleString("en"), it.dead_letters ? "warn" : ""],
      it.trouble ? [`${it.is_stopped ? "stopped" : "retrying"}: ${it.trouble}`, "bad"] : it.is_full ? ["full", "bad"] : it.is_configured ? "delivering" : ["not configured any more", "warn"],
    ])));
    showAccounts();
  }

  function trouble(account) {
    const failure = account.last_failure, incomplete = account.last_incomplete;
    if (failure) return `no pass for ${since(failure.since)}: ${failure.why}`;
    if (incomplete) return `incomplete ${ago(incomplete.at)}: ${incomplete.incomplete}`;
    const pass = account.last_complete;
    if (pass?.held_back_deletions) return `${counted(pass.held_back_deletions, "deletion")} held back`;
    return pass?.missing_facts ? `${counted(pass.missing_facts, "fact")} unknown` : "";
  }

  function showAccounts() {
    const wanted = at("wanted").value.trim().toLowerCase();
    const all = report.accounts.map((it) => [it, trouble(it)]);
    const fit = all.filter(([it, why]) => `${it.id} ${why}`.toLowerCase().includes(wanted));
    fit.sort(([a, why], [b, other]) => Number(!why) - Number(!other) || a.id.localeCompare(b.id));
    const number = (pass, of) => pass ? of(pass).toLocaleString("en") : "–";
    put("shown", `${fit.length} of ${all.length}${fit.length > ROWS_MAX ? `, the first ${ROWS_MAX}` : ""}`);
    put("rows", table([["account"], ["last pass"], ["users", 1], ["administrators", 1], ["without MFA", 1], ["MFA unknown", 1], ["trouble"]],
      fit.slice(0, ROWS_MAX).map(([{ id, last_complete: pass }, why]) => [
        id, ago(pass?.at), number(pass, (it) => it.users), number(pass, (it) => it.tally.admins),
        number(pass, (it) => it.tally.without_mfa), number(pass, (it) => it.tally.mfa_unknown),
        // What to do about it is said at the top.
        [why.split("; ")[0], "bad"],
      ])));
  }

  function showChanges(accounts) {
    const rows = accounts.flatMap((account) => account.users.map((user) => {
      const fields = user.changes.map((it) => it.field === "privilege.tier" ? `${it.before} → ${it.after}` : it.meaning ?? it.field);
      const isGrave = user.changes.some((it) => it.field === "privilege.tier" && POWERS.includes(it.after)) || fields.some((it) => /gained|opened/.test(it));
      return [account.account, user.user_name ?? "a user", [user.kind, isGrave ? "bad" : ""], [[...new Set(fields)].join(", "), isGrave ? "bad" : ""]];
    }));
    if (!rows.length) return put("changes", el("p", { class: "soft" }, "Nothing has changed."));
    rows.sort((a, b) => Number(!a[3][1]) - Number(!b[3][1]));
    const left = rows.length - CHANGES_MAX;
    put("changes", table([["account"], ["user"], ["what"], ["how"]], rows.slice(0, CHANGES_MAX)),
      ...(left > 0 ? [el("p", { class: "soft" }, `and ${left} more: rollcall diff --since 24h`)] : []));
  }

  async function ask(path, every, show) {
    try {
      const answer = await fetch(path, { cache: "no-store" });
      if (!answer.ok) throw new Error(`${path} answers ${answer.status}`);
      show(await answer.json());
    } catch (error) {
      at("verdict").textContent = `The daemon does not answer: ${error.message}`;
      at("verdict").className = "bad";
    }
    setTimeout(() => ask(path, every, show), every);
  }

  at("wanted").addEventListener("input", () => report && showAccounts());
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && event.target.tagName !== "INPUT") { event.preventDefault(); at("wanted").focus(); }
    if (event.key === "Escape" && event.target.tagName === "INPUT") { at("wanted").value = ""; if (report) showAccounts(); }
  });
  ask("status", STATUS_EVERY_MS, (found) => { report = found; showReport(); });
  ask("changes", CHANGES_EVERY_MS, showChanges);
})();
