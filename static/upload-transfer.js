// One file on its way by tus 1.0.0: it survives lost networks, reloads and closed laptops, and asks nobody twice.
// The whole rest of the file goes in one request; after a break the server says how much it has for sure.
"use strict";

class Transfer extends EventTarget {
  static PROMISE_AT_MOST = 32 * 1024 * 1024; // hashed before sending; larger files while they are sent
  static SILENCE = 30000; // ms without a byte before we hang up and try again
  static LONGEST_PAUSE = 60000;
  static KEY = "samarkiv-upload:";

  constructor(file, agreement, kind, { uploads, csrfCookie, digest }) {
    super();
    Object.assign(this, { file, agreement, kind, uploads, csrfCookie });
    this.key = `${Transfer.KEY}${file.name}:${file.size}:${file.lastModified}:${agreement}:${kind}`;
    this.state = "waiting";
    this.sent = 0;
    this.tries = 0;
    this.samples = [];
    this.digest = digest;
  }

  get active() {
    return ["reading", "asking", "sending", "finishing", "retrying", "offline"].includes(this.state);
  }

  get over() {
    return ["done", "cancelled"].includes(this.state);
  }

  become(state, facts = {}) {
    this.state = state;
    if (state !== "sending") this.samples = [];
    this.dispatchEvent(new CustomEvent("change", { detail: facts }));
  }

  // --- What the person does

  async start() {
    if (this.active || this.over) return;
    this.paused = false;
    this.run = Symbol(this.file.name);
    await this.keepTrying(this.run);
  }

  pause() {
    this.paused = true;
    this.stop();
    this.become("paused");
  }

  async cancel() {
    this.stop();
    const url = this.url || localStorage.getItem(this.key);
    this.forget();
    if (url) await this.ask("DELETE", url).catch(() => {});
    this.become("cancelled");
  }

  stop() {
    this.run = null;
    this.request?.abort();
    this.wake?.();
    this.worker?.terminate();
    this.worker = null;
    this.hashing = null;
  }

  forget() {
    localStorage.removeItem(this.key);
    this.url = null;
  }

  // --- The way through

  async keepTrying(run) {
    while (this.run === run) {
      try {
        await this.go(run);
        return;
      } catch (trouble) {
        if (this.run !== run) return;
        if (!(trouble instanceof Trouble)) return this.refuse(new Trouble(0, { code: "E_FILE", message: "changed" }));
        if (!trouble.passing) return this.refuse(trouble);
        await this.rest(trouble);
      }
    }
  }

  async go(run) {
    await this.file.slice(0, 1).arrayBuffer(); // fails when the file was changed or moved on disk
    const promise = this.file.size <= Transfer.PROMISE_AT_MOST ? await this.promised() : "";
    if (this.run !== run) return;
    this.become("asking");
    const offset = await this.whereItStands(promise);
    if (this.run !== run) return;
    this.startHashing();
    this.sent = this.resumedAt = offset;
    if (offset > 0 && offset < this.file.size) this.dispatchEvent(new CustomEvent("resumed", { detail: { offset } }));
    if (offset < this.file.size) await this.send(offset);
    if (this.run !== run) return;
    await this.finish(run);
  }

  async promised() {
    if (this.sha256) return this.sha256;
    this.become("reading");
    this.startHashing();
    return this.hashing.catch(() => "");
  }

  // The offset of an upload we know, or a new one.
  async whereItStands(sha256) {
    this.url = this.url || localStorage.getItem(this.key);
    if (this.url) {
      try {
        const answer = await this.ask("HEAD", this.url);
        if (Number(answer.getResponseHeader("Upload-Length")) === this.file.size) return this.offsetOf(answer);
      } catch (trouble) {
        if (![403, 404, 410].includes(trouble.status)) throw trouble;
      }
      this.forget();
    }
    const metadata = { filename: this.file.name, agreement: this.agreement, kind: this.kind, ...(sha256 && { sha256 }) };
    const answer = await this.ask("POST", this.uploads, {
      "Upload-Length": this.file.size,
      "Upload-Metadata": Object.entries(metadata).map(([key, value]) => `${key} ${Transfer.base64(value)}`).join(","),
    });
    this.url = answer.getResponseHeader("Location");
    localStorage.setItem(this.key, this.url);
    return 0;
  }

  async send(offset) {
    this.become("sending");
    const headers = { "Upload-Offset": offset, "Content-Type": "application/offset+octet-stream" };
    const answer = await this.ask("PATCH", this.url, headers, this.file.slice(offset), (loaded, total) => {
      this.sent = offset + loaded;
      this.tries = 0;
      this.sample();
      if (loaded === total) this.become("finishing");
      else this.dispatchEvent(new CustomEvent("change", { detail: {} }));
    });
    if (this.offsetOf(answer) !== this.file.size) throw new Trouble(0, {});
  }

  // Received: tell the number, and compare what arrived with what lies here.
  async finish(run) {
    this.sent = this.file.size;
    let told = JSON.parse((await this.ask("GET", this.url)).responseText);
    if (told.code !== "OK") throw new Trouble(422, told); // whole, but it waits for an agreement
    this.forgetAfter(told);
    const own = await (this.hashing || Promise.resolve("")).catch(() => "");
    for (let asked = 0; own && !told.sha256 && told.url && asked < 60 && this.run === run; asked++) {
      this.become("done", { ...told, comparison: "comparing" });
      await this.sleep(5000);
      told = JSON.parse((await this.ask("GET", told.self)).responseText);
    }
    this.become("done", { ...told, comparison: !own || !told.sha256 ? "" : own === told.sha256 ? "same" : "differs" });
  }

  forgetAfter(told) {
    told.self = this.url;
    this.forget();
    this.become("done", { ...told, comparison: "" });
  }

  refuse(trouble) {
    this.stop();
    if (trouble.status === 422 || trouble.code === "E_UPLOAD_DONE") this.forget();
    this.become("refused", trouble);
  }

  async rest(trouble) {
    const pause = Math.min(1000 * 2 ** this.tries++, Transfer.LONGEST_PAUSE) * (0.75 + Math.random() / 2);
    if (!navigator.onLine) {
      this.become("offline");
      await Promise.race([this.sleep(Transfer.LONGEST_PAUSE), this.online()]);
    } else {
      this.become("retrying", { seconds: Math.ceil(pause / 1000), message: trouble.message });
      await Promise.race([this.sleep(pause), this.online()]);
    }
  }

  sleep(ms) {
    return new Promise((resolve) => {
      this.wake = resolve;
      setTimeout(resolve, ms);
    });
  }

  online() {
    return new Promise((resolve) => addEventListener("online", resolve, { once: true }));
  }

  // --- Requests

  ask(method, url, headers = {}, body = null, progress = null) {
    return new Promise((resolve, reject) => {
      const request = (this.request = new XMLHttpRequest());
      let heard = Date.now();
      let sending = Boolean(body);
      const watch = setInterval(() => {
        if (Date.now() - heard > (sending ? Transfer.SILENCE : 20 * Transfer.SILENCE)) request.abort();
      }, 1000);
      const away = () => request.abort(); // a dead line can look alive for a long time
      addEventListener("offline", away);
      request.open(method, url);
      request.setRequestHeader("Tus-Resumable", "1.0.0");
      request.setRequestHeader("X-CSRFToken", this.csrf());
      for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
      request.upload.onprogress = progress && ((event) => {
        heard = Date.now();
        sending = event.loaded < event.total;
        progress(event.loaded, event.total);
      });
      request.onloadend = () => {
        clearInterval(watch);
        removeEventListener("offline", away);
        const fine = request.status >= 200 && request.status < 300;
        fine ? resolve(request) : reject(Trouble.of(request));
      };
      request.send(body);
    });
  }

  csrf() {
    const pair = document.cookie.split("; ").find((cookie) => cookie.startsWith(`${this.csrfCookie}=`));
    return pair ? pair.slice(this.csrfCookie.length + 1) : "";
  }

  offsetOf(answer) {
    return Number(answer.getResponseHeader("Upload-Offset"));
  }

  static base64(text) {
    return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
  }

  // --- Speed and digest

  sample() {
    const now = performance.now();
    this.samples.push([now, this.sent]);
    while (now - this.samples[0][0] > 10000) this.samples.shift();
  }

  get rate() {
    const [first, last] = [this.samples[0], this.samples.at(-1)];
    return first && last[0] - first[0] > 500 ? ((last[1] - first[1]) / (last[0] - first[0])) * 1000 : 0;
  }

  startHashing() {
    if (this.hashing || this.sha256) return (this.hashing ??= Promise.resolve(this.sha256));
    this.worker = new Worker(this.digest);
    this.hashing = new Promise((resolve, reject) => {
      this.worker.onmessage = ({ data }) => {
        if (data.error) reject(new Error(data.error));
        if (data.sha256) resolve((this.sha256 = data.sha256));
      };
      this.worker.onerror = reject;
    });
    this.hashing.catch(() => {});
    this.worker.postMessage(this.file);
    return this.hashing;
  }
}

// Why a request did not succeed; `passing` troubles go away by waiting.
class Trouble extends Error {
  constructor(status, told) {
    super(told.message || "");
    Object.assign(this, { status, code: told.code || "", number: told.number, url: told.url });
  }

  static of(request) {
    let told = {};
    try {
      told = JSON.parse(request.responseText || "{}");
    } catch {
      told = {};
    }
    return new Trouble(request.status, told);
  }

  get passing() {
    if (["E_FILE", "E_UPLOAD_DONE"].includes(this.code)) return false;
    return [0, 408, 409, 423, 500, 502, 503, 504].includes(this.status) || this.code === "E_UPLOAD_CUT";
  }
}
