// Files and folders into a draft: each goes by tus, a few at a time, and the page tells of all of them at once.
"use strict";

// One file; asked for again and not changed since, the server says how much it has.
class DraftTransfer extends Transfer {
  constructor(file, path, options) {
    super(file, "", path, options);
    this.path = path;
  }

  async go(run) {
    await this.file.slice(0, 1).arrayBuffer(); // fails when the file was changed or moved on disk
    this.become("asking");
    const answer = await this.ask("POST", this.uploads, {
      "Upload-Length": this.file.size,
      "Upload-Metadata":
        `relativePath ${Transfer.base64(this.path)},lastModified ${Transfer.base64(String(this.file.lastModified))}`,
    });
    if (this.run !== run) return;
    this.url = answer.getResponseHeader("Location");
    this.sent = this.offsetOf(answer);
    if (this.sent < this.file.size) await this.send(this.sent);
    if (this.run !== run) return;
    this.sent = this.file.size;
    this.become("done");
  }
}

(() => {
  const form = document.getElementById("draft-files");
  const words = JSON.parse(document.getElementById("draft-words").textContent);
  const progress = document.getElementById("draft-progress");
  const trouble = document.getElementById("draft-trouble");
  const AT_ONCE = 3;
  const JUNK = /(^|\/)(\.DS_Store|Thumbs\.db|desktop\.ini|~\$[^/]*|\._[^/]*)$/i;
  const transfers = [];
  const refused = new Map();

  const fill = (text, facts) => text.replace(/\{(\w+)\}/g, (_, name) => facts[name] ?? "");

  function size(bytes) {
    const units = ["byte", "kB", "MB", "GB", "TB"];
    let power = 0;
    while (bytes >= 999.5 && power < 4) [bytes, power] = [bytes / 1000, power + 1];
    return `${bytes.toLocaleString(document.documentElement.lang, { maximumFractionDigits: power > 0 && bytes < 10 ? 1 : 0 })}\u00a0${units[power]}`;
  }

  function tell() {
    const all = transfers.length;
    const done = transfers.filter((transfer) => transfer.state === "done").length;
    const sent = transfers.reduce((sum, transfer) => sum + transfer.sent, 0);
    const whole = transfers.reduce((sum, transfer) => sum + transfer.file.size, 0);
    const label = fill(words.adding, { done, all });
    const percent = whole ? Math.floor((100 * sent) / whole) : 0;
    window.samarkiv.progress(progress.querySelector(".progress"), {
      percent, label, detail: fill(words.detail, { sent: size(sent), size: size(whole) }), said: label,
    });
  }

  function complain() {
    trouble.replaceChildren(...[...refused].slice(0, 10).map(([path, sentence]) => {
      const line = document.createElement("p");
      line.textContent = `${path}: ${sentence}`;
      return line;
    }));
  }

  function next() {
    const active = transfers.filter((transfer) => transfer.active).length;
    const waiting = transfers.filter((transfer) => transfer.state === "waiting");
    for (const transfer of waiting.slice(0, Math.max(0, AT_ONCE - active))) transfer.start();
    tell();
    if (!active && !waiting.length && transfers.length) finish();
  }

  // Everything is there: the page shows the files with what is left to do. What was refused stays to be read.
  function finish() {
    const done = transfers.filter((transfer) => transfer.state === "done").length;
    window.samarkiv.say(fill(refused.size ? words.added_with_trouble : words.added, { done, all: transfers.length }));
    if (!refused.size) location.assign(`${location.pathname}#filer`), location.reload();
  }

  function refusal(transfer, facts) {
    const known = words[facts.message] || (facts.status === 401 ? words.signed_out : facts.message);
    refused.set(transfer.path, known || (facts.status ? fill(words.unknown, facts) : words.network));
    complain();
  }

  const alike = (file, other) => file.size === other.size && file.lastModified === other.lastModified;

  function add(files) {
    for (const [file, path] of files) {
      const here = transfers.some((other) => other.path === path && other.state !== "refused" && alike(file, other.file));
      if (here || JUNK.test(path)) continue;
      refused.delete(path);
      const transfer = new DraftTransfer(file, path, { ...form.dataset });
      transfers.push(transfer);
      transfer.addEventListener("change", ({ detail }) => {
        if (transfer.state === "refused") refusal(transfer, detail);
        if (transfer.active) tell();
        else next();
      });
    }
    if (!transfers.length) return;
    complain();
    progress.hidden = false;
    next();
  }

  // A folder comes as entries that are read little by little.
  async function inside(entry, before = "") {
    const path = before + entry.name;
    if (entry.isFile) return [[await new Promise((resolve, reject) => entry.file(resolve, reject)), path]];
    const reader = entry.createReader();
    const found = [];
    for (;;) {
      const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
      if (!some.length) return found;
      for (const each of some) found.push(...(await inside(each, `${path}/`)));
    }
  }

  async function dropped(event) {
    event.preventDefault();
    form.classList.remove("over");
    const items = [...event.dataTransfer.items].filter((item) => item.kind === "file");
    const entries = items.map((item) => item.webkitGetAsEntry?.() || null);
    const plain = items.map((item) => item.getAsFile());
    window.samarkiv.say(words.looking);
    const found = await Promise.all(entries.map((entry, at) => (entry ? inside(entry) : [[plain[at], plain[at].name]])));
    // A single folder is the collection itself: its own name is no part of the paths.
    const single = entries.length === 1 && entries[0]?.isDirectory ? `${entries[0].name}/` : "";
    add(found.flat().map(([file, path]) => [file, single && path.startsWith(single) ? path.slice(single.length) : path]));
  }

  for (const plain of form.querySelectorAll("[data-plain]")) plain.hidden = true;
  for (const scripted of form.querySelectorAll("[data-script]")) scripted.hidden = false;
  const files = document.getElementById("id_files");
  const folder = document.getElementById("id_folder");
  const pathInside = (file) => file.webkitRelativePath.split("/").slice(1).join("/") || file.name;
  for (const [input, path] of [[files, (file) => file.name], [folder, pathInside]]) {
    const take = () => { add([...input.files].map((file) => [file, path(file)])); input.value = ""; };
    input.addEventListener("change", take);
    if (input.files.length) take(); // chosen before this script had come
  }
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("drop", dropped);
  form.addEventListener("dragover", (event) => { event.preventDefault(); form.classList.add("over"); });
  form.addEventListener("dragleave", () => form.classList.remove("over"));
  for (const name of ["dragover", "drop"]) addEventListener(name, (event) => event.preventDefault());
  addEventListener("beforeunload", (event) => {
    if (transfers.some((transfer) => transfer.active || transfer.state === "waiting")) event.preventDefault();
  });
})();
