// The page "Lämna paket": chosen or dropped files become transfers, a few at a time, each with its line and buttons.
"use strict";

(() => {
  const form = document.getElementById("upload");
  const input = form.querySelector('input[type="file"]');
  const dropzone = document.getElementById("dropzone");
  const section = document.getElementById("transfers");
  const list = document.getElementById("transfer-list");
  const words = JSON.parse(document.getElementById("upload-words").textContent);
  const AT_ONCE = 3;
  const transfers = [];

  const fill = (text, facts) => text.replace(/\{(\w+)\}/g, (_, name) => facts[name] ?? "");

  // The same words as on the rest of the portal: decimal units, comma, spaces that do not break.
  function size(bytes) {
    const units = ["byte", "kB", "MB", "GB", "TB"];
    let power = 0;
    while (bytes >= 999.5 && power < 4) [bytes, power] = [bytes / 1000, power + 1];
    const digits = power > 0 && bytes < (power > 2 ? 100 : 10) ? 1 : 0;
    return `${bytes.toLocaleString(document.documentElement.lang, { maximumFractionDigits: digits })}\u00a0${units[power]}`;
  }

  function time(seconds) {
    if (!Number.isFinite(seconds)) return words.calculating;
    const whole = Math.ceil(seconds);
    const [hours, minutes] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60)];
    const parts = hours ? [[words.hour, hours], [words.minute, minutes]]
      : minutes ? [[words.minute, minutes], [words.second, minutes < 5 ? whole % 60 : 0]] : [[words.second, whole]];
    return parts.filter(([, n]) => n).map(([word, n]) => fill(word, { n }).replace(" ", "\u00a0")).join(" ");
  }

  // --- One line of the list

  function show(transfer) {
    const line = document.getElementById("transfer").content.firstElementChild.cloneNode(true);
    const id = `transfer-${transfers.length}`;
    line.querySelector(".progress").id = id;
    line.querySelector('[data-part="label"]').id = `${id}-label`;
    line.querySelector("progress").setAttribute("aria-labelledby", `${id}-label`);
    for (const name of line.querySelectorAll('[data-part="name"]')) name.textContent = transfer.file.name;
    list.append(line);
    transfer.line = line;
    transfer.addEventListener("change", ({ detail }) => tell(transfer, detail));
    transfer.addEventListener("resumed", ({ detail }) => part(transfer, "receipt").textContent =
      fill(words.resumed, { done: size(detail.offset), all: size(transfer.file.size) }));
    const on = (act, what) => line.querySelector(`[data-act="${act}"]`).addEventListener("click", what);
    on("pause", () => { transfer.pause(); act(transfer, "resume").focus(); next(); });
    on("resume", () => { transfer.become("waiting"); next(transfer); if (!act(transfer, "pause").hidden) act(transfer, "pause").focus(); });
    on("cancel", () => confirm(fill(words.confirm_cancel, { name: transfer.file.name })) && transfer.cancel().then(next));
    tell(transfer, {});
  }

  const part = (transfer, name) => transfer.line.querySelector(`[data-part="${name}"]`);
  const act = (transfer, name) => transfer.line.querySelector(`[data-act="${name}"]`);

  function tell(transfer, facts) {
    const { file, sent, state, rate } = transfer;
    const percent = file.size ? Math.min(100, (100 * sent) / file.size) : 0;
    const [done, all] = [size(sent), size(file.size)];
    const detail = state === "sending" && rate
      ? fill(words.detail, { done, all, rate: `${size(rate)}/s`, left: time((file.size - sent) / rate) })
      : fill(words.detail_still, { done, all });
    const said = fill(words.said, { name: file.name, percent: Math.floor(percent / 10) * 10 });
    window.samarkiv.progress(transfer.line.querySelector(".progress"), {
      percent, detail, label: file.name, said: percent >= 10 && state === "sending" ? said : undefined,
    });
    if (transfer.shown === state && state === "sending") return;
    transfer.shown = state;
    transfer.line.dataset.state = state;
    part(transfer, "state").textContent = fill(words[state], facts);
    part(transfer, "trouble").replaceChildren(...(state === "refused" ? trouble(facts) : []));
    if (state === "done") part(transfer, "receipt").replaceChildren(...receipt(facts));
    act(transfer, "pause").hidden = !transfer.active;
    act(transfer, "resume").hidden = !["paused", "refused"].includes(state) || facts.code === "E_FILE";
    act(transfer, "cancel").hidden = transfer.over;
    if (!transfer.active) next();
  }

  function link(url, text) {
    const anchor = document.createElement("a");
    Object.assign(anchor, { href: url, textContent: text });
    return anchor;
  }

  function paragraph(...content) {
    const made = document.createElement("p");
    made.append(...content);
    return made;
  }

  function trouble({ status, code, message, number, url }) {
    const known = words[message] || (status === 401 ? words.signed_out : message) || (status ? fill(words.unknown, { status }) : words.network);
    const shown = [paragraph(known)];
    if (url) shown.push(paragraph(link(url, fill(words.open_earlier, { number }))));
    if (status === 401) {
      const anchor = link(form.dataset.login, words.log_in);
      anchor.target = "_blank";
      shown.push(paragraph(anchor));
    }
    return shown;
  }

  function receipt({ number, url, comparison }) {
    const line = [fill(words.received, { number }), " ", link(url, fill(words.follow, { number })), " "];
    if (comparison === "differs") {
      const warning = document.createElement("strong");
      warning.textContent = words.differs;
      line.push(warning);
    } else if (comparison) line.push(words[comparison]);
    return line;
  }

  // --- Choosing, dropping, queueing

  function next(first) {
    const waiting = transfers.filter((transfer) => transfer.state === "waiting");
    if (first && waiting.includes(first)) waiting.unshift(...waiting.splice(waiting.indexOf(first), 1));
    const room = AT_ONCE - transfers.filter((transfer) => transfer.active).length;
    for (const transfer of waiting.slice(0, Math.max(0, room))) transfer.start();
  }

  function add(files) {
    const warning = document.getElementById("choose-first");
    const agreement = form.querySelector('[name="agreement"]:checked')?.value;
    const kind = form.querySelector('[name="kind"]:checked')?.value;
    warning.textContent = agreement ? "" : words.choose_agreement;
    if (!agreement) return form.querySelector('[name="agreement"]:not(:disabled)')?.focus();
    for (const file of files) {
      const transfer = new Transfer(file, agreement, kind, { ...form.dataset });
      if (transfers.some((other) => other.key === transfer.key && !other.over)) {
        warning.textContent = `${file.name}: ${words.already_here}`;
        continue;
      }
      if (!file.size) transfer.state = "refused"; // before it stands in the queue, or it would be sent all the same
      transfers.push(transfer);
      section.hidden = false;
      show(transfer);
      hideUnfinished(localStorage.getItem(transfer.key));
      if (!file.size) transfer.become("refused", { code: "E_FILE", message: "empty" });
    }
    next();
    document.getElementById("transfers-title").focus();
  }

  function hideUnfinished(url) {
    const line = url && document.querySelector(`[data-upload="${CSS.escape(url)}"]`);
    if (line) line.hidden = true;
  }

  function dropped(event) {
    event.preventDefault();
    dropzone.classList.remove("over");
    const items = [...event.dataTransfer.items].filter((item) => item.kind === "file");
    const folders = items.filter((item) => item.webkitGetAsEntry?.()?.isDirectory);
    const files = items.filter((item) => !folders.includes(item)).map((item) => item.getAsFile());
    if (files.length) add(files);
    if (folders.length) document.getElementById("choose-first").textContent = words.folder;
  }

  for (const plain of document.querySelectorAll("[data-plain]")) plain.hidden = true;
  for (const scripted of document.querySelectorAll("[data-script]")) scripted.hidden = false;
  input.multiple = true;
  const take = () => { add([...input.files]); input.value = ""; };
  input.addEventListener("change", take);
  form.addEventListener("submit", (event) => event.preventDefault());
  dropzone.addEventListener("drop", dropped);
  dropzone.addEventListener("dragover", (event) => { event.preventDefault(); dropzone.classList.add("over"); });
  dropzone.addEventListener("dragleave", () => dropzone.classList.remove("over"));
  for (const name of ["dragover", "drop"]) addEventListener(name, (event) => event.preventDefault());
  addEventListener("beforeunload", (event) => {
    if (transfers.some((transfer) => transfer.active || transfer.state === "waiting")) event.preventDefault();
  });
  for (const asked of document.querySelectorAll("form[data-confirm]")) {
    asked.addEventListener("submit", (event) => confirm(asked.dataset.confirm) || event.preventDefault());
  }
  if (input.files.length) take(); // chosen before this script had come
})();
